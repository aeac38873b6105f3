import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { ActivityEntry } from './activity.js';
import type { Inspected } from './inspector-views.js';
import { hidesPrincipal, type SessionSummary } from './session-details.js';
import type { FoundPage } from './session-search.js';
import type { MoreLink, SessionRow } from './sessions-page.js';

/** The addresses of the pages, and the principals that may be part of them. */
export class InspectorLinks {
  /** Whether principals are sensitive. Then no page shows them, and no address contains them. */
  readonly hidesPrincipal: boolean;
  /** Whether sessions are found by their principal. */
  readonly knowsPrincipals: boolean;
  readonly #config: SessionConfig<SessionSchema>;
  readonly #sealed: Inspected['sealed'];

  constructor({ config, settings, sealed }: Inspected) {
    this.#config = config;
    this.#sealed = sealed;
    this.hidesPrincipal = hidesPrincipal(config, settings.hide);
    this.knowsPrincipals = config.principal !== undefined && config.store.knowsPrincipals;
  }

  /** The principal that an address names. */
  principalIn(query: URLSearchParams): string | undefined {
    const sealed = query.get('of');
    if (sealed !== null) return this.#sealed.open('principal', sealed);
    return this.knowsPrincipals && !this.hidesPrincipal ? (query.get('principal') ?? undefined) : undefined;
  }

  /** The list of a principal's sessions. */
  ofPrincipal(principal: string): string {
    return this.hidesPrincipal
      ? `./?of=${this.#sealed.seal('principal', principal)}`
      : `./?principal=${encodeURIComponent(principal)}`;
  }

  /** The page of a session. */
  ofSession(key: string): string {
    return `session?id=${this.#sealed.seal('session', key)}`;
  }

  /** What leads to the session of an entry: its page if the key is known, otherwise the search for the handle. */
  readonly ofEntry = ({ key, handle }: ActivityEntry): string =>
    key === undefined ? `./?q=${handle ?? ''}` : this.ofSession(key);

  /** The rest of what was found in part, if there is more. */
  continued({ next }: FoundPage, query: string, text: string): MoreLink[] {
    if (next === undefined) return [];
    return [{ href: `./?${query}cursor=${this.#sealed.seal('cursor', next)}`, text }];
  }

  /** A row of a list. */
  row(summary: SessionSummary, own: string | undefined): SessionRow {
    const { key, principal, schemaVersion } = summary;
    const current = this.#config.serializer.version;
    return {
      ...summary,
      href: this.ofSession(key),
      sealed: this.#sealed.seal('session', key),
      isOwn: key === own,
      principal: principal === undefined ? undefined : this.#shown(principal),
      version: schemaVersion === current ? String(current) : `${schemaVersion} (of ${current})`,
    };
  }

  #shown(principal: string) {
    return { text: this.hidesPrincipal ? 'hidden' : principal, href: this.ofPrincipal(principal) };
  }
}
