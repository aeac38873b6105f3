import {
  SessionForbiddenError,
  SessionNotLoadedError,
  SessionOptionsError,
  SessionPresentError,
  SessionRequiredError,
} from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { load } from '../sessions/load.js';
import { findSession } from '../sessions/registry.js';
import type { RequestSession } from '../sessions/request-session.js';
import type { SessionConfig } from '../sessions/session-config.js';
import type { Guard } from './guard.js';
import {
  checkPayload,
  fieldsOf,
  isClass,
  isPresent,
  needsParentheses,
  refuseUnknownFields,
  requirementsOf,
  type Responder,
} from './requirements.js';

/** Which session a guard checks, and whether its handler may change it. */
interface SessionGuardOptions<S extends SessionSchema> {
  /** The middleware whose session is checked. Default: the one behind `req.session`. */
  readonly config?: SessionConfig<S> | undefined;
  readonly readonly?: boolean;
  /** The name of the guard or decorator in errors. Default: `requireSession`. */
  readonly by?: string | undefined;
}

/**
 * The guard of `requireSession` and `@RequireSession`.
 * @throws SessionOptionsError, also for a field that the schema of the middleware does not have
 */
export function sessionGuard<S extends SessionSchema>(
  required: readonly unknown[],
  { config, readonly = false, by = 'requireSession' }: SessionGuardOptions<S> = {},
): Guard {
  const wanted = requirementsOf(required, by);
  const checked = new WeakSet<object>(); // configurations whose schema has all the fields
  const checkFields = (found: SessionConfig<S> | undefined): void => {
    if (found === undefined || checked.has(found)) return;
    refuseUnknownFields(wanted, found.codec.fields);
    checked.add(found);
  };
  checkFields(config);
  return {
    metadata: {
      session: true,
      fields: wanted.fields,
      values: Object.fromEntries(wanted.values),
      predicates: wanted.predicates.length,
      readonly,
    },
    responder: (error, request) => {
      const isForbidden = error instanceof SessionForbiddenError;
      if (!isForbidden && !(error instanceof SessionRequiredError)) return undefined;
      const ofApp = (): Partial<SessionConfig<S>> => findSession(request, config)?.config ?? {};
      const respond = isForbidden
        ? (wanted.onForbidden ?? ofApp().onForbidden)
        : (wanted.onMissing ?? ofApp().onMissing);
      return respond; // its type is up to the host
    },
    check: (request, { readonly: isReadonly, namesField }) => {
      checkFields(config ?? findSession(request)?.config);
      return useSession(request, config, (session, attached): undefined => {
        checkPayload(session, wanted, { principal: attached?.config.principal, namesField });
        if (isReadonly) attached?.makeReadonly();
        else attached?.makeWritable();
      });
    },
  };
}

/**
 * The guard of `requireAnonymous` and `@RequireAnonymous`.
 * @throws SessionOptionsError for arguments that it does not take
 */
export function anonymousGuard(given: readonly unknown[], by = 'requireAnonymous'): Guard {
  const [options = {}] = given;
  if (isTarget(given)) throw needsParentheses(by);
  const onPresent = (options as { readonly onPresent?: Responder } | null)?.onPresent;
  const isKnown =
    typeof options === 'object' && options !== null && Object.keys(options).every((name) => name === 'onPresent');
  if (!isKnown || (onPresent !== undefined && typeof onPresent !== 'function')) {
    throw new SessionOptionsError(
      by,
      "takes no argument, or an object with a handler: { onPresent: redirect('/account') }",
    );
  }
  return {
    metadata: { anonymous: true },
    responder: (error) => (error instanceof SessionPresentError ? onPresent : undefined),
    check: (request) =>
      useSession(request, undefined, (session, attached): undefined => {
        const principal = attached?.config.principal;
        const isSignedIn =
          principal === undefined ? fieldsOf(session)['isNew'] !== true : isPresent(session, principal);
        if (isSignedIn) throw new SessionPresentError();
      }),
  };
}

/** Whether a decorator was called with what it is applied to: a method, a prototype, or a class. */
function isTarget([target, context]: readonly unknown[]): boolean {
  return context !== undefined || isClass(target);
}

/**
 * The guard of `@AllowAnonymous`. Every request passes, and the guards of the class do not apply.
 * @throws SessionOptionsError if it is used without parentheses or with arguments
 */
export function allowingGuard(given: readonly unknown[]): Guard {
  if (isTarget(given)) throw needsParentheses('@AllowAnonymous');
  if (given.length > 0) throw new SessionOptionsError('@AllowAnonymous', 'takes nothing');
  return { metadata: {}, resets: true, check: () => undefined };
}

/** A guard that requires only that the session can be read. */
export const loadingGuard: Guard = {
  metadata: {},
  check: (request) => useSession(request, undefined, () => undefined),
};

/**
 * The guard of `@RotateSession` and `@DestroySession`: it checks what is required, if anything, and plans what happens after
 * the handler has succeeded.
 * @throws SessionOptionsError
 */
export function successGuard(what: 'rotate' | 'destroy', required: readonly unknown[] = []): Guard {
  const by = what === 'rotate' ? '@RotateSession' : '@DestroySession';
  const guard = required.length === 0 ? undefined : sessionGuard(required, { by });
  const planSuccess = (request: object) =>
    useSession(request, undefined, (_session, attached): undefined => {
      // `destroy` wins, no matter in which order the decorators are
      if (attached !== undefined) attached.onSuccess = attached.onSuccess === 'destroy' ? 'destroy' : what;
    });
  return {
    ...guard,
    metadata: { ...guard?.metadata, ...(what === 'rotate' ? { rotates: true } : { destroys: true }) },
    check: (request, group) => {
      const checking = guard?.check(request, group);
      return checking === undefined ? planSuccess(request) : checking.then(() => planSuccess(request));
    },
  };
}

/**
 * A request's session, or one of its fields: the value of a decorated parameter. A promise if the session has to be loaded.
 * @throws the errors of {@link useSession}
 */
export function sessionValue(request: object, field?: string): unknown {
  return useSession(request, undefined, (found, attached) => {
    const session = attached?.session ?? found;
    return field === undefined ? session : fieldsOf(session)[field];
  });
}

/**
 * Uses a request's session. Loads it first if the middleware has not, and only then returns a promise.
 * @throws SessionNotLoadedError, and the errors of `use`; if a promise was returned, it rejects with them
 */
function useSession<S extends SessionSchema, T>(
  request: object,
  config: SessionConfig<S> | undefined,
  use: (session: object, attached: RequestSession<S> | undefined) => T,
): T | Promise<T> {
  if (typeof request !== 'object' || request === null) {
    throw new SessionNotLoadedError(
      'A guarded method was called without a request, which has to be its first argument. The decorator of a class guards every public method of it: make helpers #private, or mark them @AllowAnonymous().',
    );
  }
  const attached = findSession(request, config);
  const loading = attached && load(attached);
  if (loading !== undefined) return loading.then(() => use(attached?.peek() ?? {}, attached));
  const session = attached === undefined && config === undefined ? foreignSession(request) : attached?.peek();
  if (session === undefined) {
    throw new SessionNotLoadedError(
      'There is no session to check: mount the middleware before this handler, app.use(session({ … })), on a path that cookie.path covers.',
    );
  }
  return use(session, attached);
}

/** A session that a unit test or another library has set on the request. */
function foreignSession(request: object): object | undefined {
  const { session } = request as { readonly session?: unknown };
  return typeof session === 'object' && session !== null ? session : undefined;
}
