import { COUNTED, type ActivityEntry, type Counted, type MinuteCounts } from './activity.js';
import { html, type Html } from './inspector-html.js';
import { counted, shownTime } from './shown-values.js';

const TITLES: Readonly<Record<Counted, string>> = {
  loaded: 'Sessions loaded',
  new: 'Requests without a cookie',
  refused: 'Cookies refused',
  stored: 'Changes stored',
  ended: 'Sessions destroyed',
  conflicts: 'Conflicts',
  invalid: 'Invalid payloads',
  errors: 'Errors',
};

const BAD: readonly Counted[] = ['refused', 'conflicts', 'invalid', 'errors'];

/** What the page of activity shows. */
export interface ActivityPage {
  readonly startedAt: number;
  /** Roughly how many sessions the store has. */
  readonly stored: number | undefined;
  readonly minutes: readonly MinuteCounts[];
  readonly entries: readonly ActivityEntry[];
  /** Where the stream continues. */
  readonly since: string;
}

/** Returns the address that leads to the session of an entry. */
export type EntryLink = (entry: ActivityEntry) => string;

/** The counts of the last hour, and what has happened. */
export function activityContent(page: ActivityPage, linkOf: EntryLink): Html {
  return html`<p class="summary">
      The events of this process since ${shownTime(page.startedAt)}. Other processes have their own.
      ${page.stored !== undefined && `The store has about ${counted(page.stored, 'record')}.`}
    </p>
    <section aria-labelledby="counts-title">
      <h2 id="counts-title">The last hour</h2>
      <div id="counts">${countsContent(page.minutes)}</div>
      <details>
        <summary>Counts per minute as a table</summary>
        ${countsTable(page.minutes)}
      </details>
    </section>
    <section aria-labelledby="events-title">
      <h2 id="events-title">Conflicts, invalid payloads, and errors</h2>
      <p class="live" id="live" data-stream="events?since=${page.since}">
        <span id="live-state">Reload the page to see what has happened since.</span>
      </p>
      <div role="log" aria-labelledby="events-title">
        <ol class="events" id="events">
          ${entriesContent(page.entries, linkOf)}
        </ol>
      </div>
    </section>`;
}

/** A chart for each count. */
export function countsContent(minutes: readonly MinuteCounts[]): Html {
  return html`<ul class="charts">
    ${COUNTED.map((name) => chart(name, minutes))}
  </ul>`;
}

const HEIGHT = 32;

function chart(name: Counted, minutes: readonly MinuteCounts[]): Html {
  const values = minutes.map(({ counts }) => counts[name]);
  const total = values.reduce((sum, value) => sum + value, 0);
  const most = Math.max(1, ...values);
  const label = `${TITLES[name]} per minute, the last hour: ${counted(total, 'event')}, at most ${most > total ? 0 : most} in a minute`;
  return html`<li class="${BAD.includes(name) && total > 0 ? 'bad' : ''}">
    <p class="name">${TITLES[name]}</p>
    <p class="total">${total.toLocaleString('en-US')}</p>
    <svg viewBox="0 0 ${values.length * 4} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
      ${values.map((value, at) => bar(value === 0 ? 1 : Math.max(3, (value / most) * HEIGHT), at, value === 0))}
    </svg>
  </li>`;
}

function bar(height: number, at: number, isEmpty: boolean): Html {
  const y = (HEIGHT - height).toFixed(1);
  return html`<rect
    x="${at * 4}"
    y="${y}"
    width="3"
    height="${height.toFixed(1)}"
    ${isEmpty && html` class="none"`}
  />`;
}

function countsTable(minutes: readonly MinuteCounts[]): Html {
  const busy = minutes.filter(({ counts }) => COUNTED.some((name) => counts[name] > 0)).toReversed();
  if (busy.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  return html`<div class="scroll" role="region" aria-label="Counts per minute" tabindex="0">
    <table>
      <thead>
        <tr>
          <th scope="col">Minute</th>
          ${COUNTED.map((name) => html`<th scope="col" class="number">${TITLES[name]}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${busy.map(
          ({ at, counts }) =>
            html`<tr>
              <th scope="row">${new Date(at).toISOString().slice(11, 16)} UTC</th>
              ${COUNTED.map((name) => html`<td class="number">${counts[name]}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The entries, latest first. */
export function entriesContent(entries: readonly ActivityEntry[], linkOf: EntryLink): Html {
  return html`${entries.toReversed().map((entry) => entryItem(entry, linkOf))}`;
}

function entryItem(entry: ActivityEntry, linkOf: EntryLink): Html {
  const { at, kind, text, handle, route } = entry;
  const time = new Date(at).toISOString();
  return html`<li>
    <time datetime="${time}">${time.slice(11, 19)}</time> <span class="badge ${kind.replace(' ', '-')}">${kind}</span>
    <span class="what">${text}</span>
    <span class="muted"
      >${route} ${handle !== undefined && html`<a href="${linkOf(entry)}"><code>${handle}</code></a>`}</span
    >
  </li>`;
}
