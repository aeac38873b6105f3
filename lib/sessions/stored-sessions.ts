import type { PrincipalValue } from '../schema/refusals.js';
import type { Payload, SessionSchema } from '../schema/types.js';
import type { Session } from './session.js';

/** Who sessions belong to: the value of the option `principal`'s field. */
export type Principal = string | number | bigint;

/** One of a principal's sessions, as `sessions.list(principal)` tells of it. */
export interface ListedSession<S extends SessionSchema> {
  /**
   * Names the session in the store, and in `sessions.revoke(principal, { only: key })`. It may be shown: no cookie can be
   * made of it.
   */
  readonly key: string;
  /** What the session holds, without the fields that are marked `sensitive`; `undefined` where it does not fit the schema. */
  readonly payload: Partial<Payload<S>> | undefined;
  /** When the principal signed in, in milliseconds since the epoch. */
  readonly createdAt: number;
  /**
   * When it was used last, in milliseconds since the epoch. As precise as `touchAfter` (a tenth of the idle timeout):
   * a request that changes nothing is noted only when that time has passed since the last one that was.
   */
  readonly lastUsedAt: number;
  /** When it ends if nobody uses it, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whether it is the session of the request that was passed as `current`. */
  readonly isCurrent: boolean;
}

/** How `migrateAll` is to go about it. */
export interface MigrateAllOptions {
  /** Where an earlier run ended: the `cursor` that it told last. Left out, it begins at the beginning. */
  readonly cursor?: string | undefined;
  /** How many records are held in memory at once. Default: 100. */
  readonly pageSize?: number | undefined;
  /** Told after every page; a promise is awaited, so that a run can be slowed down. */
  readonly onProgress?: ((progress: MigrationProgress) => unknown) | undefined;
  /** Ends the run after the page it is at. */
  readonly signal?: AbortSignal | undefined;
}

/** How far `migrateAll` has come. */
export interface MigrationProgress {
  /** How many records were looked at. */
  readonly seen: number;
  /** How many of them were brought to today's version, or filed under a `principal` that they lacked. */
  readonly migrated: number;
  /** How many a migration or the schema refuses; they lie as they lay, for `onInvalid`. */
  readonly refused: number;
  /** Where to go on; `undefined` when all are done. */
  readonly cursor: string | undefined;
}

/** What can be done with stored sessions, on every host; `Request` is the host's. */
export interface StoredSessions<S extends SessionSchema, P extends string, Request> {
  /**
   * Brings every stored session to today's version of the schema, instead of each at its next request: before an old
   * migration is deleted. Safe while the app runs, and can go on where it was stopped.
   * @throws SessionStoreError also where the store cannot list its sessions, SessionOptionsError
   */
  migrateAll(options?: MigrateAllOptions): Promise<MigrationProgress>;
  /**
   * The live sessions of a principal, the one that began last first: for a page of devices.
   * @param principal - the value of the option `principal`'s field
   * @param options - `current`: the session that is to be told apart by `isCurrent`, or its request
   * @throws SessionOptionsError without the option `principal`; SessionStoreError also where the store cannot find sessions
   *   by their principal, as those made for express-session cannot
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
   * Ends the sessions of a principal, and resolves to how many: after a change of the password, or of rights. A request
   * that works with one of them meanwhile is answered, but stores nothing more.
   * @param principal - the value of the option `principal`'s field
   * @param options - `except`: the session that stays, or its request; or `only`: the key of the one session that ends, where it is
   *   this principal's
   * @throws as `list`
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
