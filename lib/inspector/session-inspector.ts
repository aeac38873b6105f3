import type { SessionSchema } from '../schema/payload-types.js';
import type { AnyRequest, AnyResponse } from '../node/node-messages.js';
import { configOf, type AnySessions } from '../sessions/config-of.js';
import { Activity } from './activity.js';
import { ActivityStreams } from './activity-stream.js';
import { inspectorSettings, type InspectorOptions } from './inspector-options.js';
import { respond } from './inspector-router.js';
import { InspectorViews } from './inspector-views.js';
import { SealedText } from './sealed-text.js';

/** The inspector, as a handler of Express 4 and 5, of Connect, and of bare Node servers. */
export interface Inspector {
  /** Responds to a request. An error that is not about sessions goes to `next`. */
  (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void;
  /** Ends all open streams and the subscriptions to events. Call it when the server closes; it does not close the store. */
  close(): void;
}

/**
 * Makes a small site for operators, on which they see and end stored sessions. Mount it behind the session middleware, at a path
 * of its own.
 *
 * It lists the sessions of the store, also a million of them, page by page. It finds them by their principal and by the opaque
 * handle that is in events and traces. It shows the payload of a session without its sensitive fields, counts events, and says
 * why a cookie is refused. It needs no script in the browser, except to show events as they happen.
 *
 * @param sessions - the middleware of the app
 * @param options - who may use it; see {@link InspectorOptions}
 * @throws SessionOptionsError for a missing, wrong, or unknown option; TypeError if `sessions` is something else
 * @example
 * ```ts
 * import express from 'express';
 * import { session } from 'typed-session';
 * import { inspector } from 'typed-session/inspector';
 * import { z } from 'zod';
 *
 * const schema = z.object({ userId: z.string().optional(), role: z.enum(['user', 'admin']).default('user') });
 * const sessions = session({ schema, secret: 'only for development', principal: 'userId' });
 *
 * const app = express();
 * app.use(sessions);
 * app.use('/admin/sessions', inspector(sessions, { authorize: (req) => sessions.of(req).role === 'admin' }));
 * ```
 */
export function inspector<S extends SessionSchema>(sessions: AnySessions<S>, options: InspectorOptions<S>): Inspector {
  const config = configOf(sessions, 'inspector()');
  const settings = inspectorSettings(options, config);
  const activity = new Activity(config);
  const inspected = { config, settings, activity, sealed: new SealedText(config.signer.keys) };
  const views = new InspectorViews(inspected);
  const streams = new ActivityStreams(activity, views);
  const routed = { ...inspected, views, streams };
  const handler = (request: AnyRequest, response: AnyResponse, next: (error?: unknown) => void): void => {
    respond(routed, request, response).catch(next);
  };
  return Object.assign(handler, {
    close: (): void => {
      streams.close();
      activity.close();
    },
  });
}
