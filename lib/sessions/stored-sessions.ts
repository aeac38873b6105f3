import type { PrincipalValue } from '../schema/refusals.js';
import type { SessionSchema } from '../schema/types.js';
import type { MigrateAllOptions, MigrationProgress } from './migrate-all.js';
import type { ListedSession } from './principals.js';
import type { Session } from './session.js';

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
