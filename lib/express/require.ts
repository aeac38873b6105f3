import { SessionNotLoadedError, SessionPresentError } from '../errors.js';
import { load } from '../sessions/load.js';
import { findSession } from '../sessions/registry.js';
import type { RequestSession } from '../sessions/request-session.js';
import type { Settings } from '../sessions/settings.js';
import type {
  Found,
  KnownFields,
  RegisteredPredicate,
  RegisteredSchema,
  RegisteredValues,
  SessionField,
  SessionSchema,
} from '../schema/types.js';
import type { GuardOptions, MissingHandler } from './missing.js';
import { checkPayload, refuseUnknownFields, requirementsOf } from '../guards/requirements.js';
import { middlewareOf, stepsTogether, type Step } from './step.js';
import type { ReadonlySessionGuard, SessionGuard } from './guard.js';

declare module './session-property.js' {
  interface EntryPoints {
    /** `req.session` is the main entry point's. */
    main: true;
  }
}

/** {@link requireSession}, which is also an object. */
export interface RequireSessionFunction {
  /**
   * A guard: a request passes if its session is stored and has what is required. Without arguments, any stored session
   * passes. Handlers behind the guard see the session narrowed to what it checks.
   *
   * A request that does not pass results in an error through `next`, or is handled by `onMissing` or `onForbidden`:
   * `SessionRequiredError` (401) if nobody is signed in or a named field is absent; `SessionForbiddenError` (403) if
   * somebody is signed in, but a value or a predicate does not match.
   *
   * @param required - names of fields that must be neither `undefined` nor `null`; objects of fields with the values
   *   that they must have, such as the tag of a state; functions of the session, of which a type predicate narrows; and
   *   `{ onMissing, onForbidden }`, as an object of its own
   * @throws SessionOptionsError immediately, for any other argument; and through `next`, at the first request, for a field
   *   that the schema does not have
   */
  <const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[]>(
    ...required: R & KnownFields<RegisteredSchema, R>
  ): SessionGuard<Found<RegisteredSchema, R>>;
  /**
   * The same guard for handlers that only read: the session behind it is readonly at any depth. A change is never stored,
   * and never lost silently: it is a `TypeError` at once, as the session is frozen, or under `NODE_ENV=production` a
   * `SessionReadonlyError` (500) at the commit. If several guards are before a handler, the last one decides.
   * @throws SessionOptionsError
   */
  readonly<
    const R extends readonly (SessionField<RegisteredSchema> | RegisteredValues | RegisteredPredicate | GuardOptions)[],
  >(
    ...required: R & KnownFields<RegisteredSchema, R>
  ): ReadonlySessionGuard<Found<RegisteredSchema, R>>;
}

/**
 * A guard for routes: `requireSession('userId')`, `requireSession({ role: 'admin' })`,
 * `requireSession((s) => s.cart.length > 0)`; see {@link RequireSessionFunction}.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { requireSession } from 'typed-session';
 *
 * const app = express();
 * app.get('/me', requireSession('userId'), (req, res) => {
 *   res.json({ id: req.session.userId });
 * });
 * ```
 */
export const requireSession: RequireSessionFunction = Object.assign(
  (...required: unknown[]) => middlewareOf(sessionStep(required)),
  { readonly: (...required: unknown[]) => middlewareOf(sessionStep(required, { readonly: true })) },
) as RequireSessionFunction; // what its types narrow is there for the compiler alone

/**
 * A guard for those who are not signed in: login and registration pages. Lets a request pass whose session has no
 * principal; without the option `principal`, one that is not stored. Any other gets `SessionPresentError`, status 403,
 * through `next`.
 *
 * @param options - `onPresent`: what to do instead, such as `redirect('/account')`
 * @example
 * ```ts
 * import express from 'express';
 * import { requireAnonymous } from 'typed-session';
 *
 * express().get('/login', requireAnonymous(), (req, res) => {
 *   res.send('<form method="post">…</form>');
 * });
 * ```
 */
export function requireAnonymous(options?: AnonymousOptions) {
  return middlewareOf(anonymousStep(options));
}

/** What {@link requireAnonymous} and {@link RequireAnonymous} take. */
export interface AnonymousOptions {
  /** Called instead of handing `SessionPresentError` to `next`. */
  readonly onPresent?: MissingHandler | undefined;
}

/** For whom a step asks, and whether its handler only reads. */
interface SessionStep {
  readonly settings?: Settings<SessionSchema> | undefined;
  readonly readonly?: boolean;
  /** The guard or decorator, as an error names it; otherwise `requireSession`. */
  readonly by?: string | undefined;
}

/**
 * What `requireSession` and `@RequireSession` do.
 * @throws SessionOptionsError, also for a field that the schema of the middleware does not have
 */
export function sessionStep(required: readonly unknown[], { settings, readonly = false, by }: SessionStep = {}): Step {
  const wanted = requirementsOf(required, by);
  if (settings !== undefined) refuseUnknownFields(wanted, settings.codec.fields, by);
  const tells = {
    session: true,
    fields: wanted.fields,
    values: Object.fromEntries(wanted.values),
    predicates: wanted.predicates.length,
    readonly,
  };
  const alone = stepsTogether([{ tells, run: () => undefined }]);
  const checked = new WeakSet<object>(); // whose schema has all the fields
  const check = (request: object): void => {
    const found = settings ?? findSession(request)?.settings;
    if (found === undefined || checked.has(found)) return;
    refuseUnknownFields(wanted, found.codec.fields, by);
    checked.add(found);
  };
  return {
    settings,
    onMissing: wanted.onMissing as MissingHandler | undefined, // the type of the options
    onForbidden: wanted.onForbidden as MissingHandler | undefined,
    tells,
    run: (request, { readonly: isReadonly, namesField } = alone) => {
      check(request);
      return withSession(request, settings, (session, attached) => {
        checkPayload(session, wanted, { principal: attached?.settings.principal, namesField });
        if (isReadonly) attached?.makeReadonly();
        else attached?.makeWritable();
      });
    },
  };
}

/** What `requireAnonymous` and `@RequireAnonymous` do. */
export function anonymousStep({ onPresent }: AnonymousOptions = {}): Step {
  return {
    onPresent,
    tells: { anonymous: true },
    run: (request) =>
      withSession(request, undefined, (session, attached) => {
        const principal = attached?.settings.principal;
        const fields = session as Readonly<Record<string, unknown>>; // any object can be asked for a field
        const isPresent = principal === undefined ? fields['isNew'] !== true : fields[principal] != null;
        if (isPresent) throw new SessionPresentError();
      }),
  };
}

/**
 * What `@RotateSession` and `@DestroySession` do: the guard, if something is required, and then what happens on success.
 * @throws SessionOptionsError
 */
export function onSuccessStep(what: 'rotate' | 'destroy', required: readonly unknown[] = []): Step {
  const by = what === 'rotate' ? '@RotateSession' : '@DestroySession';
  const guard = required.length === 0 ? undefined : sessionStep(required, { by });
  const onSuccess = (request: object) =>
    withSession(request, undefined, (_session, attached) => {
      if (attached !== undefined) attached.onSuccess = attached.onSuccess === 'destroy' ? 'destroy' : what; // in any order
    });
  return {
    ...guard,
    tells: { ...guard?.tells, ...(what === 'rotate' ? { rotates: true } : { destroys: true }) },
    run: (request, ...rest) => {
      const checking = guard?.run(request, ...rest);
      return checking === undefined ? onSuccess(request) : checking.then(() => onSuccess(request));
    },
  };
}

/**
 * Does something with a request's session; loads it first where that was left to us, and only then returns a promise.
 * @throws SessionNotLoadedError and what `use` throws; or the promise rejects with them
 */
export function withSession(
  request: object,
  settings: Settings<SessionSchema> | undefined,
  use: (session: object, attached: RequestSession<SessionSchema> | undefined) => void,
): Promise<void> | undefined {
  if (typeof request !== 'object' || request === null) {
    throw new SessionNotLoadedError(
      'A guarded method was called without a request, which has to be its first argument. The decorator of a class guards every public method of it: make helpers #private, or mark them @AllowAnonymous().',
    );
  }
  const attached = findSession(request, settings);
  const loading = attached && load(attached);
  if (loading !== undefined) {
    return loading.then(() => {
      use(attached?.peek() ?? {}, attached);
    });
  }
  const session = attached === undefined && settings === undefined ? foreignSession(request) : attached?.peek();
  if (session === undefined) {
    throw new SessionNotLoadedError(
      'There is no session to check: mount the middleware before this handler, app.use(session({ … })), on a path that cookie.path covers.',
    );
  }
  use(session, attached);
  return undefined;
}

/** A session that somebody else put onto the request, as tests of a controller do. */
function foreignSession(request: object): object | undefined {
  const { session } = request as { readonly session?: unknown };
  return typeof session === 'object' && session !== null ? session : undefined;
}
