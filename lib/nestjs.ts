/**
 * typed-session in NestJS 11 and 12, on Express: a module that gives every request its session, and the decorators as
 * guards and parameter decorators of Nest's.
 *
 * @packageDocumentation
 * @module typed-session/nestjs
 * @group API
 */

import './schema/zod-peer.js';

export {
  AllowAnonymous,
  CurrentSession,
  DestroySession,
  InjectSession,
  InjectSessionMiddleware,
  RequireAnonymous,
  RequireSession,
  RotateSession,
  SessionValue,
} from './nestjs/nest-decorators.js';
export {
  TypedSessionModule,
  type TypedSessionModuleAsyncOptions,
  type TypedSessionModuleOptions,
} from './nestjs/nest-module.js';
export { SESSION_REQUIREMENTS, sessionRequirementsOf } from './nestjs/nest-guards.js';
export { SESSION, SESSIONS } from './nestjs/nest-tokens.js';
