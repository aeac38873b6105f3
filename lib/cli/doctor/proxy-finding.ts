import type { SessionSchema } from '../../schema/payload-types.js';
import type { SessionConfig } from '../../sessions/session-config.js';
import type { ExpressApp } from '../express-app.js';
import { findingsOf, type Finding } from './finding.js';

/** Checks whether the app knows that a proxy in front of it terminates TLS. */
export function proxyFinding(config: SessionConfig<SessionSchema>, apps: readonly ExpressApp[]): Finding {
  const { ok, note, warning } = findingsOf('proxy');
  const { cookie, proxy } = config;
  const secure = typeof cookie === 'function' ? 'auto' : cookie.secure;
  if (secure === false) return note('the cookie does not depend on TLS, so no proxy has to be trusted');
  if (proxy !== undefined) return ok(`the option proxy is ${String(proxy)}`);
  const withheld = secure === true ? 'the cookie is never set' : 'the cookie is not marked Secure';
  const advice = "app.set('trust proxy', 1) with the number of proxies in front of the app";
  const [app] = apps;
  if (app === undefined) {
    return note(
      `the module exports no Express app, so its setting trust proxy is not known. Behind a proxy that terminates TLS, ${withheld} without it`,
      `${advice}; to have it checked, pass the module that exports the app`,
    );
  }
  const trusted: unknown = app.get('trust proxy');
  if (trusted === true) {
    return warning('trust proxy is true: any client can claim another address, and TLS', advice);
  }
  if (trusted === false || trusted === undefined) {
    return note(`trust proxy is not set. Behind a proxy that terminates TLS, ${withheld}`, advice);
  }
  return ok('trust proxy is set');
}
