/**
 * Typed, validated sessions for Express: declare a zod schema once, and `req.session` is typed in every handler,
 * validated when it is loaded and before it is stored, and safe under concurrent requests.
 *
 * @packageDocumentation
 * @module typed-session
 * @group API
 */

import './schema/zod-peer.js';

export type { CookieOptions } from './cookie/cookie-attributes.js';
export type { SessionCookie } from './cookie/session-cookie.js';
export type { Secret } from './cookie/cookie-secrets.js';
export {
  AllowAnonymous,
  CurrentSession,
  DestroySession,
  RequireAnonymous,
  RequireSession,
  RotateSession,
  SessionValue,
} from './decorators/plain-decorators.js';
export { sessionRequirements } from './decorators/session-requirements.js';
export {
  SessionConflictError,
  SessionEndedError,
  SessionError,
  SessionForbiddenError,
  SessionHeadersSentError,
  SessionNotLoadedError,
  SessionOptionsError,
  SessionPresentError,
  SessionReadonlyError,
  SessionRequiredError,
  SessionStoreError,
  SessionValidationError,
  type SessionEnd,
  type SessionIssue,
} from './errors.js';
export { on } from './events.js';
export type { CommitTrace, LoadTrace, SessionTraces, StoreTrace } from './tracing.js';
export type {
  CommitEvent,
  ConflictEvent,
  ErrorEvent,
  InvalidEvent,
  LateChangeEvent,
  LoadEvent,
  LoadOutcome,
  RotateEvent,
  SessionEvent,
  SessionEvents,
  UnknownFieldsEvent,
} from './events.js';
export { requireAnonymous, requireSession, type RequireSessionFunction } from './express/express-guards.js';
export type { ReadonlySessionGuard, SessionGuard, SessionGuardOf } from './express/guard-types.js';
export { byAccept, problem, redirect, returnPath } from './express/missing-handlers.js';
export { sessionErrors, type SessionErrorsOptions } from './express/session-errors.js';
export type {
  ReadonlySessionDecorator,
  RequireSessionDecorator,
  RequireSessionDecorators,
  SessionDecoratorOf,
  SessionMethodDecorator,
  SessionParameterDecorator,
} from './guards/decorator-types.js';
export type {
  AnonymousOptions,
  GuardOptions,
  MissingHandler,
  ReadonlySessionRequest,
  SessionRequest,
  SessionRequestOf,
} from './guards/express-types.js';
export type { DecoratorFamily } from './guards/decorator-family.js';
export type { SessionRequirements } from './guards/guard.js';
export type { ReadonlySession } from './guards/narrowing.js';
export type { FieldMerge, InvalidSession } from './sessions/session-options.js';
export type { ListedSession, MigrateAllOptions, MigrationProgress, Principal } from './sessions/stored-sessions.js';
export type { Session, SessionCallback, SessionMembers } from './sessions/session.js';
export { session, type SessionMiddleware, type SessionOptions } from './middleware.js';
export { bigintText, isoDate, mapOf, setOf, urlText } from './schema/field-codecs.js';
export type { EncryptionKey } from './schema/encryption.js';
export { expiring } from './schema/expiring.js';
export { defineSession, migration, type Migration, type SessionDefinition } from './schema/migrations.js';
export type { ReservedField } from './schema/reserved.js';
export type { DeepReadonly, ReadonlyDate, ReadonlyURL } from './schema/deep-readonly.js';
export type {
  Payload,
  Register,
  RegisteredSchema,
  SessionField,
  SessionSchema,
  StandardSchema,
} from './schema/payload-types.js';
export type { CachedOptions } from './stores/cached/cached-store.js';
export { cached, moving, type MovingOptions } from './stores/resolve-store.js';
export { MemoryStore, type MemoryStoreOptions } from './stores/memory/memory-store.js';
export type { ExpressSessionStore } from './stores/express-session-store.js';
export type {
  CommandOptions,
  ScanPage,
  SessionRecord,
  SessionStore,
  StoredCookieAttributes,
  StoreEntry,
} from './stores/store-contract.js';

// Not documented. TypeScript has to name these types in the declarations of an app that exports its sessions, guards, or
// handlers without annotations (scripts/tarball/library.ts).
export type { HandlerBefore, HandlerBehind } from './express/express-routes.js'; // declares the types of Express's routes
export type { GuardArguments, SessionOn } from './guards/express-types.js';
export type { ReadonlyMembers, RegisteredMembers } from './guards/narrowing.js';
export type { AnyRequest } from './node/node-messages.js';
export type { Found, KnownFields, Requirement } from './schema/payload-types.js';
export type { RefuseExcess } from './schema/refusals.js';
export type { MayBeAbsent } from './schema/required-fields.js';
