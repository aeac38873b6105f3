import type { Request } from 'express-serve-static-core';
import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import type { SessionField, SessionSchema } from '../schema/payload-types.js';
import type { SessionConfig } from '../sessions/session-config.js';

/** What the operator has ended; see {@link InspectorOptions.onEnd}. */
export interface EndedSessions {
  /** How many sessions ended. */
  readonly count: number;
  /** Whose sessions they were, in the form that the store has; `undefined` if nobody was signed in. */
  readonly principal: string | undefined;
  /** The opaque handle of the session if the operator ended only this one. */
  readonly session: string | undefined;
}

/** The options of {@link inspector}. */
export interface InspectorOptions<S extends SessionSchema> {
  /**
   * Decides who may use the inspector. It is called for each request, also for images of the page and for streams. Only `true`
   * lets a request pass. All others get a 403, whatever they ask for. If it throws or rejects, the error goes to the error
   * handlers of the app.
   *
   * Everyone who passes may read the payload of every session, except for sensitive fields, and may end every session.
   */
  readonly authorize: (request: Request) => boolean | Promise<boolean>;
  /**
   * Fields of the payload that are hidden, in addition to those that the schema marks as `sensitive`. Use it if the schema is
   * not one of zod, because only zod has that mark.
   * @defaultValue none
   */
  readonly hide?: readonly SessionField<S>[] | undefined;
  /**
   * The name of the app, which the pages show, for example to tell production from staging.
   * @defaultValue the name of the session cookie
   */
  readonly title?: string | undefined;
  /**
   * How many sessions a page lists, from 1 to 500.
   * @defaultValue 50
   */
  readonly pageSize?: number | undefined;
  /**
   * Called after the operator has ended sessions, for an audit log. The response waits for the promise that it returns.
   * @defaultValue none
   */
  readonly onEnd?: ((ended: EndedSessions, request: Request) => unknown) | undefined;
}

/** The options with all defaults filled in. */
export interface InspectorSettings {
  readonly authorize: (request: Request) => boolean | Promise<boolean>;
  readonly hide: readonly string[];
  readonly title: string;
  readonly pageSize: number;
  readonly onEnd: ((ended: EndedSessions, request: Request) => unknown) | undefined;
}

const NAMES = ['authorize', 'hide', 'title', 'pageSize', 'onEnd'] as const;

const LARGEST_PAGE = 500;

/**
 * Checks the options and fills in the defaults. The caller may be plain JavaScript.
 * @throws SessionOptionsError
 */
export function inspectorSettings<S extends SessionSchema>(
  given: InspectorOptions<S>,
  config: SessionConfig<SessionSchema>,
): InspectorSettings {
  if (typeof given !== 'object' || given === null || typeof given.authorize !== 'function') {
    throw new SessionOptionsError(
      'inspector.authorize',
      'pass a function that decides who may see and end all sessions: inspector(sessions, { authorize: (req) => req.session.role === "admin" })',
    );
  }
  const unknown = Object.keys(given).find((name) => !(NAMES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new SessionOptionsError(`inspector.${unknown}`, `is not an option${didYouMean(unknown, NAMES)}`);
  }
  const { authorize, hide = [], title = config.names[0], pageSize = 50, onEnd } = given;
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > LARGEST_PAGE) {
    throw new SessionOptionsError('inspector.pageSize', `must be a whole number from 1 to ${LARGEST_PAGE}`);
  }
  if (typeof title !== 'string' || title === '') throw new SessionOptionsError('inspector.title', 'must be text');
  if (onEnd !== undefined && typeof onEnd !== 'function') {
    throw new SessionOptionsError('inspector.onEnd', 'must be a function');
  }
  if (!Array.isArray(hide)) throw new SessionOptionsError('inspector.hide', 'must be an array of fields');
  for (const field of hide as readonly unknown[]) {
    if (typeof field !== 'string' || !config.codec.hasField(field)) {
      throw new SessionOptionsError(
        'inspector.hide',
        `the schema has no field ${String(field)}${didYouMean(String(field), config.codec.fields ?? [])}`,
      );
    }
  }
  return { authorize, hide, title, pageSize, onEnd };
}
