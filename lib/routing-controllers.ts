/**
 * typed-session on routing-controllers 0.11: its decorators for actions, controllers and parameters. The session itself
 * comes from the middleware: `app.use(session({ … }))` before `useExpressServer(app, …)`.
 *
 * @packageDocumentation
 * @module typed-session/routing-controllers
 * @group API
 */

export {
  AllowAnonymous,
  CurrentSession,
  DestroySession,
  RequireAnonymous,
  RequireSession,
  RotateSession,
  SessionValue,
} from './routing-controllers/rc-decorators.js';
export { SessionErrorMiddleware } from './routing-controllers/rc-error-middleware.js';
