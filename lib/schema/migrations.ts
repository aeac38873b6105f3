import { SessionOptionsError } from '../errors.js';
import type { RefuseExcess } from './refusals.js';
import type { Payload, SessionSchema } from './payload-types.js';

/**
 * One step from a version of the payload to the next version. Created by {@link migration}.
 *
 * @group Schema
 */
export interface Migration<From extends SessionSchema, To extends SessionSchema> {
  /** The schema of the version that it starts from. */
  readonly from: From;
  /** The schema of the version that it leads to. */
  readonly to: To;
  /** Converts the old payload to the new one. */
  readonly migrate: (old: Payload<From>) => Payload<To>;
}

/** A {@link Migration} between any two schemas. */
export interface AnyMigration {
  /** The schema of the version that it starts from. */
  readonly from: SessionSchema;
  /** The schema of the version that it leads to. */
  readonly to: SessionSchema;
  /** Converts the old payload to the new one. */
  readonly migrate: (old: never) => object;
}

/** The steps, by the version that each of them leads to. */
export type Migrations = Readonly<Record<number, AnyMigration>>;

/**
 * Declares one step of the `migrations` of {@link defineSession}: from one version's schema to the next version's schema.
 * The old schema decodes and validates the old payload. The new schema validates the result of `migrate`.
 *
 * @param from - the schema of the previous version
 * @param to - the schema of this version
 * @param migrate - returns the complete new payload for an old one; it must be synchronous, because it runs when
 *   `req.session` is first accessed
 * @typeParam From - the type of `from`; inferred
 * @typeParam To - the type of `to`; inferred
 * @typeParam Step - the type of `migrate`; inferred
 * @example
 * ```ts
 * import { migration } from 'typed-session';
 * import { z } from 'zod';
 *
 * const before = z.object({ name: z.string().optional() });
 * const after = z.object({ names: z.array(z.string()).default([]) });
 *
 * export const step = migration(before, after, (old) => ({ names: old.name === undefined ? [] : [old.name] }));
 * ```
 * @group Schema
 */
export function migration<
  From extends SessionSchema,
  To extends SessionSchema,
  // A separate type parameter, so that `role: 'user'` in the returned object is not widened to string.
  Step extends (old: Payload<From>) => Payload<To>,
>(from: From, to: To, migrate: Step & RefuseExcess<ReturnType<Step>, To>): Migration<From, To> {
  return { from, to, migrate };
}

/**
 * The argument and the result of {@link defineSession}. Spread it into the options of `session(…)`.
 *
 * @group Schema
 */
export interface SessionDefinition<S extends SessionSchema, V extends number, M extends Migrations> {
  /** The current schema of the payload. */
  readonly schema: S;
  /** How many times the payload has changed its shape. This is the version of the last migration. */
  readonly version: V;
  /** The step that leads to each version, by its number. */
  readonly migrations: M;
}

/** Refuses migrations if none of them leads to the current schema. */
export type LastMigration<S extends SessionSchema, V extends number, M extends Migrations> =
  M extends Readonly<Record<V, { readonly to: infer To }>>
    ? [To] extends [S]
      ? unknown
      : { readonly migrations: `The migration to version ${V} must lead to the schema of the definition` }
    : { readonly migrations: `Add the migration that leads to version ${V}` };

/**
 * Declares a schema that has changed since the first sessions were stored, with the steps that migrate stored sessions.
 * Sessions that were stored without a version, including those of express-session, have version 0.
 *
 * @throws SessionOptionsError if the steps leave a gap, if a step does not lead to the schema that the next step starts
 *   from, or if the last step does not lead to `schema`
 * @example
 * ```ts
 * import { defineSession, migration, session } from 'typed-session';
 * import { z } from 'zod';
 *
 * const v0 = z.object({ user: z.object({ id: z.string() }).optional() });
 * const v1 = z.object({ userId: z.string().optional(), role: z.enum(['user', 'admin']).default('user') });
 *
 * export const account = defineSession({
 *   schema: v1,
 *   version: 1,
 *   migrations: { 1: migration(v0, v1, (old) => ({ userId: old.user?.id, role: 'user' })) },
 * });
 * export const sessions = session({ ...account, secret: process.env['SESSION_SECRET'] ?? 'only for development' });
 * ```
 * @group Schema
 */
export function defineSession<S extends SessionSchema, const V extends number, const M extends Migrations>(
  definition: SessionDefinition<S, V, M> & LastMigration<S, V, M>,
): SessionDefinition<S, V, M> {
  if (typeof definition !== 'object') {
    throw new SessionOptionsError('defineSession', 'pass an object: defineSession({ schema, version, migrations })');
  }
  const { schema, version, migrations } = definition;
  checkMigrations(schema, version, migrations);
  return { schema, version, migrations };
}

/**
 * Returns the steps in order, the version that the first step starts from, and the current version.
 * @throws SessionOptionsError if the version or a step is not valid
 */
export function checkMigrations(
  schema: unknown,
  version: unknown,
  migrations: unknown,
): { readonly first: number; readonly version: number; readonly steps: readonly AnyMigration[] } {
  const today = version ?? 0;
  if (typeof today !== 'number' || !Number.isSafeInteger(today) || today < 0) {
    throw new SessionOptionsError('version', 'must be an integer of 0 or above');
  }
  if (migrations !== undefined && (typeof migrations !== 'object' || migrations === null)) {
    throw new SessionOptionsError('migrations', 'must be an object: { 1: migration(before, after, (old) => …) }');
  }
  const numbers = Object.keys(migrations ?? {}).map(Number).sort((a, b) => a - b); // prettier-ignore
  const all = (migrations ?? {}) as Readonly<Record<number, Partial<AnyMigration> | undefined>>; // each is checked below
  const [lowest = today + 1] = numbers;
  if (numbers.at(-1) !== (today === 0 ? undefined : today)) {
    throw new SessionOptionsError('migrations', `must end at version ${today}, with the step that leads to it`);
  }
  const steps = numbers.map((number, index) => {
    const step = all[number];
    const name = `migrations.${String(number)}`;
    if (number !== lowest + index || number < 1) {
      throw new SessionOptionsError('migrations', `leaves a gap: there is no step to version ${lowest + index}`);
    }
    if (typeof step?.migrate !== 'function' || step.from === undefined || step.to === undefined) {
      throw new SessionOptionsError(name, 'make it with migration(before, after, (old) => …)');
    }
    const next = number === today ? schema : all[number + 1]?.from;
    if (step.to !== next) {
      const where =
        number === today ? 'the schema of the session' : `the schema that migrations.${number + 1} starts from`;
      throw new SessionOptionsError(name, `must lead to ${where}, the very same object`);
    }
    return step as AnyMigration; // each of its properties was checked
  });
  return { first: lowest - 1, version: today, steps };
}
