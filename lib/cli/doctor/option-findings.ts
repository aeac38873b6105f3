import { weaknessOf } from '../../cookie/cookie-secrets.js';
import type { SessionSchema } from '../../schema/payload-types.js';
import type { SessionConfig } from '../../sessions/session-config.js';
import { plural } from '../terminal.js';
import { durationText } from '../duration-text.js';
import { findingsOf, type Finding } from './finding.js';

type Config = SessionConfig<SessionSchema>;

/** Names of fields that usually identify who a session belongs to. */
const PRINCIPALS = ['userId', 'user_id', 'uid', 'accountId', 'sub', 'username', 'email'];

/** Browsers keep a cookie for at most 400 days (RFC 6265bis, section 5.5). */
const LONGEST_COOKIE = 400 * 24 * 60 * 60 * 1000;

/** Checks the options, without the store. */
export function optionFindings(config: Config): Finding[] {
  return [optionsFinding(config), ...secretFindings(config), schemaFinding(config), principalFinding(config), ...cookieFindings(config)]; // prettier-ignore
}

function optionsFinding({ names, deadlines, cookie }: Config): Finding {
  const life = typeof cookie === 'function' ? undefined : cookie.maxAge;
  const idle = durationText(deadlines.idle(life));
  const absolute = durationText(deadlines.absolute(0, life));
  const read = names.length > 1 ? `, also read from ${names.slice(1).join(', ')}` : '';
  return findingsOf('options').ok(
    `valid; cookie ${names[0]}${read}; idle deadline ${idle}, absolute deadline ${absolute}`,
  );
}

function secretFindings({ signer, isProduction }: Config): Finding[] {
  const { ok, warning, problem } = findingsOf('secret');
  const weak = signer.keys.flatMap((key, at) => {
    const weakness = weaknessOf(key.export());
    if (weakness === undefined) return [];
    const which = signer.keys.length === 1 ? 'it' : `secret ${String(at + 1)} of ${String(signer.keys.length)}`;
    if (at > 0)
      return [warning(`${which} ${weakness}`, 'remove it as soon as the cookies that it signed have expired')];
    const fix = 'use the output of npx typed-session secret, and keep the old one behind it: [newSecret, oldSecret]';
    return [(isProduction ? problem : warning)(`${which} ${weakness}; in production it is refused`, fix)];
  });
  return weak.length > 0 ? weak : [ok(`${plural(signer.keys.length, 'secret')}, none of them weak`)];
}

function schemaFinding({ codec, serializer }: Config): Finding {
  const { fields } = codec;
  const size = fields === undefined ? 'any fields' : plural(fields.size, 'field');
  return findingsOf('schema').ok(`${size}, version ${String(serializer.version)}; a new session fits it`);
}

function principalFinding({ principal, codec, store }: Config): Finding {
  const { ok, note, warning } = findingsOf('principal');
  if (principal === undefined) {
    const candidate = PRINCIPALS.find((name) => codec.fields?.has(name) === true && !codec.refusesPrincipal(name));
    const without = 'without it, a login does not change the session id by itself, and sessions cannot be listed or revoked by user'; // prettier-ignore
    return candidate === undefined
      ? note(`the option principal is not set: ${without}`)
      : warning(`the option principal is not set, although the schema has ${candidate}: ${without}`, `principal: '${candidate}'`); // prettier-ignore
  }
  if (store.knowsPrincipals) return ok(`${principal}; the store finds sessions by it`);
  return warning(
    `${principal}, but this store cannot find sessions by it: list() and revoke() fail`,
    'use a store of typed-session; moving() moves the sessions while the site runs',
  );
}

function cookieFindings({ cookie, names, isProduction }: Config): Finding[] {
  const { ok, note, warning, problem } = findingsOf('cookie');
  if (typeof cookie === 'function') return [note('a function returns its attributes for each request, so they are not checked')]; // prettier-ignore
  const found: Finding[] = [];
  const { secure, httpOnly, sameSite, domain, maxAge } = cookie;
  if (secure === false && isProduction) {
    found.push(problem('secure is false in production: anyone on the network can read it', 'leave out cookie.secure'));
  } else if (secure === 'auto' && isProduction) {
    found.push(note("secure is 'auto': it is sent over TLS only if the request that set it came over TLS", "secure: true, unless the site is also served without TLS")); // prettier-ignore
  }
  if (!httpOnly) found.push(warning('httpOnly is false: an injected script can steal the session', 'leave out cookie.httpOnly')); // prettier-ignore
  if (sameSite === undefined || sameSite === 'none') {
    found.push(note(`sameSite does not stop requests from other sites`, 'protect every form and every change with a CSRF token')); // prettier-ignore
  }
  if (domain !== undefined) {
    found.push(note('domain is set: every subdomain receives the cookie, and can set one', 'leave out cookie.domain if one host is enough')); // prettier-ignore
  }
  if (maxAge !== undefined && maxAge > LONGEST_COOKIE) {
    found.push(note('maxAge is longer than the 400 days that browsers keep a cookie'));
  }
  return found.length > 0 ? found : [ok(`${names[0]}: ${attributesText(cookie)}`)];
}

function attributesText({
  secure,
  httpOnly,
  sameSite,
  path,
}: Exclude<Config['cookie'], (...args: never[]) => unknown>): string {
  // prettier-ignore
  const secureText = secure === 'auto' ? 'Secure over TLS' : secure ? 'Secure' : 'not Secure';
  return [secureText, httpOnly ? 'HttpOnly' : '', sameSite === undefined ? '' : `SameSite=${sameSite}`, `Path=${path}`]
    .filter((text) => text !== '')
    .join(', ');
}
