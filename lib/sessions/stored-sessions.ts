import type { PrincipalValue } from '../schema/refusals.js';
import type { Payload, SessionSchema } from '../schema/payload-types.js';
import type { Session } from './session.js';

/**
 * A principal, which identifies who sessions belong to: the value of the field that the option `principal` names.
 *
 * @group Sessions
 */
export type Principal = string | number | bigint;

/**
 * One of a principal's sessions, as `sessions.list(principal)` returns it.
 *
 * @group Sessions
 */
export interface ListedSession<S extends SessionSchema> {
  /**
   * Identifies the session in the store, and in `sessions.revoke(principal, { only: key })`. You may show it, because no cookie
   * can be made from it.
   */
  readonly key: string;
  /** The session's payload, without the fields that are marked `sensitive`; `undefined` if it does not fit the schema. */
  readonly payload: Partial<Payload<S>> | undefined;
  /** When the principal signed in, in milliseconds since the epoch. */
  readonly createdAt: number;
  /**
   * When it was last used, in milliseconds since the epoch. The precision is `touchAfter` (a tenth of the idle timeout): a
   * request that changes nothing is recorded only if that much time has passed since the last one that was.
   */
  readonly lastUsedAt: number;
  /** When it expires if nobody uses it, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whether it is the session of the request that was passed as `current`. */
  readonly isCurrent: boolean;
}

/**
 * The options of `migrateAll`.
 *
 * @group Sessions
 */
export interface MigrateAllOptions {
  /**
   * The last `cursor` that an earlier run reported, to continue that run. If you leave it out, the run starts from the
   * beginning.
   */
  readonly cursor?: string | undefined;
  /** How many records are held in memory at the same time. Default: 100. */
  readonly pageSize?: number | undefined;
  /** Called after every page. If it returns a promise, the run waits for it, so that you can slow the run down. */
  readonly onProgress?: ((progress: MigrationProgress) => unknown) | undefined;
  /** Ends the run after the current page. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The progress of `migrateAll`.
 *
 * @group Sessions
 */
export interface MigrationProgress {
  /** How many records were examined. */
  readonly seen: number;
  /** How many of them were migrated to the current version, or filed under a `principal` that they lacked. */
  readonly migrated: number;
  /** How many a migration or the schema refuses. They stay as they are, for `onInvalid`. */
  readonly refused: number;
  /** Where to continue; `undefined` when all records are done. */
  readonly cursor: string | undefined;
}

/** The operations on stored sessions, the same on every host; `Request` is the host's type. */
export interface StoredSessions<S extends SessionSchema, P extends string, Request> {
  /**
   * Migrates every stored session to the current version of the schema, instead of each at its next request. Run it before you
   * delete an old migration. It is safe while the app runs, and can continue after it was stopped.
   * @throws SessionStoreError, also if the store cannot list its sessions; SessionOptionsError
   */
  migrateAll(options?: MigrateAllOptions): Promise<MigrationProgress>;
  /**
   * The live sessions of a principal, newest first, for example for a page of devices.
   * @param principal - the value of the option `principal`'s field
   * @param options - `current`: the session that `isCurrent` marks, or its request
   * @throws SessionOptionsError without the option `principal`; SessionStoreError, also if the store cannot find sessions by
   *   their principal, as those made for express-session cannot
   * @example
   * ```ts
   * import type { IncomingMessage } from 'node:http';
   * import { session } from 'typed-session';
   * import { z } from 'zod';
   *
   * const schema = z.object({ userId: z.string().optional(), device: z.string().optional() });
   * const sessions = session({ schema, secret: 'only for development', principal: 'userId' });
   *
   * export async function devices(userId: string, request: IncomingMessage) {
   *   const all = await sessions.list(userId, { current: request });
   *   return all.map(({ key, payload, isCurrent }) => ({ key, device: payload?.device, isCurrent }));
   * }
   * ```
   */
  list(
    principal: PrincipalValue<S, P>,
    options?: { readonly current?: Request | Session<S> | undefined },
  ): Promise<ListedSession<S>[]>;
  /**
   * Ends the sessions of a principal, and resolves to their number. Call it after a change of the password or of rights. A
   * request that is using one of them still gets its response, but stores nothing more.
   * @param principal - the value of the option `principal`'s field
   * @param options - `except`: the session that stays, or its request; or `only`: the key of the one session that ends, if it
   *   belongs to this principal
   * @throws the same errors as `list`
   */
  revoke(
    principal: PrincipalValue<S, P>,
    options?:
      | { readonly except?: Request | Session<S> | undefined; readonly only?: never }
      | { readonly only: string; readonly except?: never },
  ): Promise<number>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- without the option, nothing is known of what `list` takes
export type PrincipalOf<P extends string> = [P] extends [never] ? any : P;
