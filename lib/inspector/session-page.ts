import { html, type Html, type HtmlPart } from './inspector-html.js';
import type { SessionDetails, ShownField, ShownPayload } from './session-details.js';
import type { SessionRow } from './sessions-page.js';
import { counted, duration, shownSize, shownTime, shownValue } from './shown-values.js';

/** The page of one session. */
export function sessionContent(
  details: SessionDetails,
  row: SessionRow,
  currentVersion: number,
  actions: HtmlPart,
): Html {
  const { principal } = row;
  const isOld = details.schemaVersion !== currentVersion;
  return html`${row.isOwn && html`<p class="notice">This is your own session. If you end it, you have to sign in again.</p>`}
    <section aria-labelledby="facts">
      <h2 id="facts">Details</h2>
      <dl class="facts">
        ${fact('Handle', html`<code>${details.handle}</code>`)}
        ${fact(
          'Principal',
          principal === undefined
            ? html`<span class="muted">nobody is signed in</span>`
            : html`<a href="${principal.href}">${principal.text}</a>`,
        )}
        ${fact('Created', shownTime(details.createdAt))} ${fact('Last used', shownTime(details.lastUsedAt))}
        ${fact('Expires if unused', shownTime(details.expiresAt))}
        ${fact('Ends in any case', Number.isFinite(details.endsAt) ? shownTime(details.endsAt) : 'never')}
        ${fact('Schema version', `${details.schemaVersion}${isOld ? ` (the current one is ${currentVersion})` : ''}`)}
        ${fact('Size', details.size < 1_000 ? counted(details.size, 'byte') : `${shownSize(details.size)} (${counted(details.size, 'byte')})`)}
        ${fact('Revision', String(details.revision))}
        ${details.cookieName !== undefined && fact('Cookie', html`<code>${details.cookieName}</code>`)}
        ${details.cookieMaxAge !== undefined && fact('Lifetime of the cookie', life(details.cookieMaxAge))}
      </dl>
    </section>
    <section aria-labelledby="payload">
      <h2 id="payload">Payload</h2>
      ${payloadContent(details.payload)}
    </section>
    <section aria-labelledby="end">
      <h2 id="end">End</h2>
      <div class="actions">
        <form method="post" action="end">
          <input type="hidden" name="session" value="${row.sealed}" />
          <button class="danger">End this session</button>
        </form>
        ${actions}
      </div>
    </section>`;
}

function fact(name: string, value: HtmlPart): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

function life(maxAge: number | null): string {
  return maxAge === null ? 'until the browser is closed' : duration(maxAge);
}

function payloadContent(payload: ShownPayload): Html {
  if (!payload.ok) {
    return payload.isDamaged
      ? html`<p class="notice bad">The store has something under this key that is not a record.</p>`
      : html`<p class="notice bad">The stored payload does not fit the schema. It is not shown.</p>
          <ul>
            ${payload.problems.map((problem) => html`<li><code>${problem}</code></li>`)}
          </ul>`;
  }
  if (payload.fields.length === 0) return html`<p class="empty">The payload is empty.</p>`;
  return html`<dl class="fields">${payload.fields.map(field)}</dl>`;
}

function field({ name, value, isHidden }: ShownField): Html {
  return html`<div>
    <dt><code>${name}</code></dt>
    <dd>
      ${isHidden ? html`<span class="badge">hidden</span> <span class="muted">sensitive</span>` : shownValue(value)}
    </dd>
  </div>`;
}
