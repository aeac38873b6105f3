import type { StoreEntry } from '../stores/store-contract.js';
import { html, type HtmlPart } from './inspector-html.js';
import type { InspectorLinks } from './inspector-links.js';
import type { Inspected } from './inspector-views.js';
import { isLive } from './session-details.js';
import { browse, canScan, isHandle, searchHandle, sessionsOf, typedPrincipal } from './session-search.js';
import { endAllForm, type MoreLink } from './sessions-page.js';
import { counted } from './shown-values.js';

/** A list of sessions before it is rendered. */
export interface Listing {
  readonly title: string;
  readonly summary: string;
  readonly entries: readonly StoreEntry[];
  readonly links?: readonly MoreLink[];
  /** What is said if there are no entries. */
  readonly empty: string;
  readonly actions?: HtmlPart;
}

/** Finds the sessions that a page lists. */
export class SessionListings {
  readonly #inspected: Inspected;
  readonly #links: InspectorLinks;

  constructor(inspected: Inspected, links: InspectorLinks) {
    this.#inspected = inspected;
    this.#links = links;
  }

  /** What a query asks for: all sessions, those of a principal, or the one with a handle. */
  async find(query: URLSearchParams): Promise<Listing> {
    const text = query.get('q')?.trim() ?? '';
    const principal = this.#links.principalIn(query) ?? (await this.principalTyped(text));
    if (principal !== undefined) return this.#ofPrincipal(principal, query);
    const cursor = this.#inspected.sealed.open('cursor', query.get('cursor') ?? undefined);
    return text === '' ? this.#all(cursor) : this.#byHandle(text, cursor);
  }

  /** The principal that was typed, in the form that records have; `undefined` if it has no sessions. */
  async principalTyped(text: string): Promise<string | undefined> {
    const { config } = this.#inspected;
    if (text === '' || !this.#links.knowsPrincipals) return undefined;
    for (const form of new Set([text, typedPrincipal(config, text)])) {
      if ((await config.store.list(form)).length > 0) return form;
    }
    return undefined;
  }

  async #all(cursor: string | undefined): Promise<Listing> {
    const { config, settings } = this.#inspected;
    const title = 'Sessions';
    if (!canScan(config)) {
      const kind = config.store.kind;
      return {
        title,
        summary: '',
        entries: [],
        empty: `${kind} cannot list all of its sessions.${this.#links.knowsPrincipals ? ' Search for a principal.' : ''}`,
      };
    }
    const found = await browse(config, cursor, settings.pageSize);
    const isFirst = cursor === undefined;
    const links = [
      ...(isFirst ? [] : [{ href: './', text: 'First page' }]),
      ...this.#links.continued(found, '', 'Next page'),
    ];
    const count = counted(found.entries.length, 'session');
    const whole = isFirst && found.next === undefined;
    return {
      title,
      summary: whole ? `${count} in the store.` : `${count} on this page, in the order of the store.`,
      entries: found.entries,
      links,
      empty: found.next === undefined ? 'There are no sessions.' : 'None of these records is a live session.',
    };
  }

  async #ofPrincipal(principal: string, query: URLSearchParams): Promise<Listing> {
    const { config, settings, sealed } = this.#inspected;
    const entries = await sessionsOf(config, principal);
    const from = Math.max(0, Math.trunc(Number(query.get('from') ?? 0)) || 0);
    const page = entries.slice(from, from + settings.pageSize);
    const href = this.#links.ofPrincipal(principal);
    const rest = from + settings.pageSize < entries.length;
    const count = counted(entries.length, 'session');
    return {
      title: this.#links.hidesPrincipal ? 'Sessions of a principal' : `Sessions of ${principal}`,
      summary: `${count}, newest first.`,
      entries: page,
      links: [
        { href: './', text: 'All sessions' },
        ...(from > 0 ? [{ href, text: 'First page' }] : []),
        ...(rest ? [{ href: `${href}&from=${from + settings.pageSize}`, text: 'Next page' }] : []),
      ],
      empty: 'This principal has no sessions.',
      actions:
        entries.length > 0 &&
        html`<div class="actions">
          ${endAllForm({
            text: `End all ${count}`,
            question: 'They end immediately, on all devices. What the principal has not saved is lost.',
            principal: sealed.seal('principal', principal),
          })}
        </div>`,
    };
  }

  async #byHandle(text: string, cursor: string | undefined): Promise<Listing> {
    const { config, activity } = this.#inspected;
    const title = 'Search';
    const links = [{ href: './', text: 'All sessions' }];
    if (!isHandle(text)) {
      const empty = this.#links.knowsPrincipals
        ? 'This principal has no sessions, and it is not a handle.'
        : 'It is not a handle: these have 16 characters.';
      return { title, summary: '', entries: [], links, empty };
    }
    const known = activity.keyOf(text);
    const record = known === undefined ? undefined : await config.store.read(known);
    if (known !== undefined && record !== undefined && isLive(config, record, Date.now())) {
      return { title, summary: 'Found.', entries: [[known, record]], links, empty: '' };
    }
    if (!canScan(config)) {
      const empty = `${config.store.kind} cannot list its sessions, so nothing is found by its handle.`;
      return { title, summary: '', entries: [], links, empty };
    }
    const found = await searchHandle(config, text, cursor);
    const examined = counted(found.examined, 'record');
    const isFound = found.entries.length > 0;
    return {
      title,
      summary: isFound ? 'Found.' : `Searched ${examined}${cursor === undefined ? '' : ' more'}.`,
      entries: found.entries,
      links: [
        ...(isFound ? [] : this.#links.continued(found, `q=${encodeURIComponent(text)}&`, 'Continue the search')),
        ...links,
      ],
      empty: found.next === undefined ? 'No live session has this handle.' : 'Not found yet. Other records follow.',
    };
  }
}
