import { cookieValues } from '../cookie/cookie-header.js';
import type { LoadOutcome } from '../events.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionConfig } from '../sessions/session-config.js';
import { isDamaged, isPending } from '../sessions/session-records.js';
import type { StoreEntry } from '../stores/store-contract.js';
import { lifeOf, showPayload } from './session-details.js';

type Config = SessionConfig<SessionSchema>;

/** One check that a cookie has passed or not. */
export interface CheckStep {
  readonly name: string;
  readonly passed: boolean;
  readonly result: string;
}

/** The result of all checks of one cookie. */
export interface CookieVerdict {
  /** The same word as in the event `typed-session:load`. */
  readonly outcome: LoadOutcome;
  readonly steps: readonly CheckStep[];
  /** What to do about it. */
  readonly advice: string;
  /** The session that the cookie leads to. */
  readonly entry: StoreEntry | undefined;
}

interface FoundCookie {
  readonly name: string;
  readonly value: string;
}

/** How many cookies of a header are checked, as in a load. */
const MOST_COOKIES = 8;

const ADVICE: Readonly<Record<LoadOutcome, string>> = {
  found: 'A request with this cookie gets the session.',
  none: 'The browser sent no session cookie. Check its attributes: a cookie with Secure needs HTTPS, and one with a Path or a Domain is sent there only.',
  signature:
    'Compare the secrets of the process that set the cookie with those of this one. If you replace a secret, keep the old one in the list until its cookies have expired. A part of the value may also have been lost when it was copied.',
  unknown:
    'The session was destroyed or revoked, it has expired and was removed, or it is in another store: compare the store and its prefix or table with those of the process that set the cookie.',
  expired: 'The options idleTimeout and absoluteTimeout decide how long a session lasts.',
  rotated:
    'The session got a new id, for example at a login, and the client still sends the old one. This is normal for requests that were on their way. If it lasts, the client did not get or did not keep the cookie that the rotation has set.',
  corrupt:
    'The store has something under this key that is not a record of this library. Another program may write there, or a newer release wrote a form that this one cannot read.',
  invalid:
    'The schema has changed since the session was stored. Add a migration, give new fields a default, or set onInvalid.',
};

const NOT_SIGNED =
  'Another program may have set a cookie with this name, or the value was cut or extended when it was copied or stored.';

/**
 * Finds out what a load would do with a cookie, without changing anything.
 * @param text - the value of a cookie, a Cookie header, or a Set-Cookie header
 */
export async function checkCookie(config: Config, text: string, hide: readonly string[]): Promise<CookieVerdict> {
  const cookies = cookiesIn(config, text);
  if (cookies.length === 0) {
    const names = config.names.join(' or ');
    return verdict('none', [step('Name', false, `The text contains no cookie with the name ${names}.`)]);
  }
  let worst: CookieVerdict | undefined;
  for (const cookie of cookies) {
    const one = await checkOne(config, cookie, hide);
    if (one.entry !== undefined) return one;
    if (worst === undefined || RANK.indexOf(one.outcome) > RANK.indexOf(worst.outcome)) worst = one;
  }
  return worst ?? verdict('none', []);
}

/** If no cookie leads to a session, the one that came farthest is shown. */
const RANK: readonly LoadOutcome[] = ['signature', 'unknown', 'expired', 'corrupt', 'rotated'];

function cookiesIn({ names }: Config, text: string): FoundCookie[] {
  const header = text.trim().replace(/^(?:set-)?cookie:\s*/i, '');
  const named = names.flatMap((name) => cookieValues(header, name).map((value) => ({ name, value })));
  if (named.length > 0) return named.slice(0, MOST_COOKIES);
  const isHeader = /^[^=\s]+=./.test(header) && !/^s(?::|%3A)/i.test(header);
  if (header === '' || isHeader) return [];
  const [name] = names;
  return cookieValues(`${name}=${header}`, name).map((value) => ({ name, value }));
}

async function checkOne(config: Config, { name, value }: FoundCookie, hide: readonly string[]): Promise<CookieVerdict> {
  const { signer, store } = config;
  const steps = [step('Name', true, `The name is ${name}.`)];
  if (!signer.isSigned(value)) {
    steps.push(step('Form', false, 'It is not a signed cookie, which begins with “s:” and ends with a signature.'));
    return { ...verdict('signature', steps), advice: NOT_SIGNED };
  }
  steps.push(step('Form', true, 'It is a signed cookie.'));
  const verified = signer.verify(value);
  if (verified === undefined) {
    const count = signer.keys.length === 1 ? 'The secret' : `None of the ${signer.keys.length} secrets`;
    steps.push(step('Signature', false, `${count} has ${signer.keys.length === 1 ? 'not ' : ''}signed it.`));
    return verdict('signature', steps);
  }
  const older = `Signed by secret ${verified.secret + 1} of ${signer.keys.length}. The next response signs it again.`;
  steps.push(step('Signature', true, verified.secret === 0 ? 'Signed by the current secret.' : older));
  const { keys } = store.keysOf(verified.id, name);
  const entry = await find(config, keys);
  return entry === undefined
    ? verdict('unknown', [...steps, step('Store', false, 'The store has no session with this id.')])
    : judge(config, entry, steps, hide);
}

/** Looks under all names of the cookie. A session that was moved from one name to another is found at its new key. */
async function find({ store }: Config, keys: readonly string[]): Promise<StoreEntry | undefined> {
  let other: StoreEntry | undefined;
  for (const key of keys) {
    const record = await store.read(key);
    if (record === undefined || isPending(record)) continue;
    if (record.forwardTo === undefined) return [key, record];
    if (record.forwardTo === null || !keys.includes(record.forwardTo)) other ??= [key, record];
  }
  return other;
}

function judge(
  config: Config,
  entry: StoreEntry,
  before: readonly CheckStep[],
  hide: readonly string[],
): CookieVerdict {
  const [, record] = entry;
  const steps = [...before];
  if (record.forwardTo !== undefined) {
    const forward =
      record.forwardTo === null
        ? 'and the old id does not lead to it.'
        : 'and the old id leads to it for a logout, or during the grace period of a renewal.';
    return verdict('rotated', [...steps, step('Store', false, `The session has a new id, ${forward}`)]);
  }
  steps.push(step('Store', true, 'The store has a record with this id.'));
  const now = Date.now();
  if (config.deadlines.passed(record, now, lifeOf(config, record))) {
    return verdict('expired', [...steps, step('Deadline', false, 'The deadline of the session has passed.')]);
  }
  steps.push(step('Deadline', true, 'The session has not expired.'));
  if (isDamaged(record)) return verdict('corrupt', [...steps, step('Record', false, 'It is not a record.')]);
  const payload = showPayload(config, record, hide);
  if (payload.ok) return verdict('found', [...steps, step('Payload', true, 'It fits the schema.')], entry);
  const { onInvalid } = config;
  const reaction = typeof onInvalid === 'function' ? 'a function' : `“${onInvalid}”`;
  const problems = `It does not fit the schema (${payload.problems.join(', ')}). onInvalid is ${reaction}.`;
  return verdict('invalid', [...steps, step('Payload', false, problems)], entry);
}

function step(name: string, passed: boolean, result: string): CheckStep {
  return { name, passed, result };
}

function verdict(outcome: LoadOutcome, steps: readonly CheckStep[], entry?: StoreEntry): CookieVerdict {
  return { outcome, steps, advice: ADVICE[outcome], entry };
}
