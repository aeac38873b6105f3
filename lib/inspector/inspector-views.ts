import type { SessionSchema } from '../schema/payload-types.js';
import { findSession } from '../sessions/registry.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { Activity, ActivityEntry } from './activity.js';
import { activityContent, countsContent, entriesContent } from './activity-page.js';
import { checkCookie } from './cookie-check.js';
import { cookieContent } from './cookie-page.js';
import type { Html } from './inspector-html.js';
import { InspectorLinks } from './inspector-links.js';
import type { InspectorSettings } from './inspector-options.js';
import { pageFrame } from './page-frame.js';
import type { SealedText } from './sealed-text.js';
import { describe, isLive, summarize } from './session-details.js';
import { SessionListings } from './session-listings.js';
import { sessionContent } from './session-page.js';
import { canScan, countRecords } from './session-search.js';
import { endAllForm, endedNotice, sessionsContent } from './sessions-page.js';

/** What all pages are made from. */
export interface Inspected {
  readonly config: SessionConfig<SessionSchema>;
  readonly settings: InspectorSettings;
  readonly sealed: SealedText;
  readonly activity: Activity;
}

/** Creates the pages. */
export class InspectorViews {
  readonly #inspected: Inspected;
  readonly #links: InspectorLinks;
  readonly #listings: SessionListings;

  constructor(inspected: Inspected) {
    this.#inspected = inspected;
    this.#links = new InspectorLinks(inspected);
    this.#listings = new SessionListings(inspected, this.#links);
  }

  /** The list of sessions: all, those of a principal, or the one with a handle. */
  async sessions(query: URLSearchParams, request: object): Promise<Html> {
    const { settings, config } = this.#inspected;
    const listing = await this.#listings.find(query);
    const now = Date.now();
    const own = ownKey(request, config);
    const ended = query.get('ended');
    const content = sessionsContent({
      search: this.#search(query.get('q') ?? ''),
      summary: listing.summary,
      rows: listing.entries.map((entry) => this.#links.row(summarize(config, entry, now), own)),
      empty: listing.empty,
      links: listing.links ?? [],
      back: query.toString(),
      actions: listing.actions,
    });
    const notice = ended !== null && /^\d{1,9}$/.test(ended) && endedNotice(Number(ended));
    return pageFrame(settings.title, 'sessions', listing.title, [notice, content]);
  }

  /** The address of the list that answers a search. */
  async findHref(text: string): Promise<string> {
    const principal = await this.#listings.principalTyped(text);
    return principal === undefined ? `./?q=${encodeURIComponent(text)}` : this.#links.ofPrincipal(principal);
  }

  /** The page of one session; `undefined` if there is none. */
  async session(query: URLSearchParams, request: object): Promise<Html | undefined> {
    const { config, sealed, settings } = this.#inspected;
    const key = sealed.open('session', query.get('id') ?? undefined);
    const record = key === undefined ? undefined : await config.store.read(key);
    const now = Date.now();
    if (key === undefined || record === undefined || !isLive(config, record, now)) return undefined;
    const details = describe(config, [key, record], settings.hide, now);
    const row = this.#links.row(details, ownKey(request, config));
    const { principal } = details;
    const actions =
      principal !== undefined &&
      this.#links.knowsPrincipals &&
      endAllForm({
        text: 'End all others of this principal',
        question: 'Every other session of this principal ends. This one stays.',
        principal: sealed.seal('principal', principal),
        except: sealed.seal('session', key),
      });
    const content = sessionContent(details, row, config.serializer.version, actions);
    return pageFrame(settings.title, 'sessions', `Session ${details.handle}`, content);
  }

  /** The page that checks a cookie, with the result for one. */
  async cookie(text: string | undefined): Promise<Html> {
    const { config, settings } = this.#inspected;
    const verdict = text === undefined ? undefined : await checkCookie(config, text, settings.hide);
    const entry = verdict?.entry && summarize(config, verdict.entry, Date.now());
    const link = entry && { href: this.#links.ofSession(entry.key), handle: entry.handle };
    return pageFrame(settings.title, 'cookie', 'Check a cookie', cookieContent(config.names, verdict, link));
  }

  /** The page of counts and events. */
  async activity(): Promise<Html> {
    const { activity, config, settings } = this.#inspected;
    const page = {
      startedAt: activity.startedAt,
      stored: await countRecords(config).catch(() => undefined), // the rest of the page does not need the store
      minutes: activity.minutes(),
      since: `${activity.instance}-${activity.lastId}`,
      entries: activity.entriesAfter(0),
    };
    return pageFrame(settings.title, 'activity', 'Activity', activityContent(page, this.#links.ofEntry));
  }

  /** The charts alone, for a stream. */
  counts(): Html {
    return countsContent(this.#inspected.activity.minutes());
  }

  /** Entries alone, for a stream. */
  entries(entries: readonly ActivityEntry[]): Html {
    return entriesContent(entries, this.#links.ofEntry);
  }

  #search(query: string) {
    const scans = canScan(this.#inspected.config);
    if (!scans && !this.#links.knowsPrincipals) return undefined;
    const label = !this.#links.knowsPrincipals ? 'Handle' : scans ? 'Principal or handle' : 'Principal';
    return { label, method: this.#links.hidesPrincipal ? ('post' as const) : ('get' as const), query };
  }
}

/** The key of the operator's own session, if it is one of these. */
function ownKey(request: object, config: SessionConfig<SessionSchema>): string | undefined {
  return findSession(request, config)?.state.stored?.key;
}
