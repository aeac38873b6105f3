import { SessionOptionsError } from '../errors.js';
import type { RefuseExcess } from './refusals.js';
import type { Payload, SessionSchema } from './payload-types.js';

/** One step from a version of the payload to the next; made by {@link migration}. */
export interface Migration<From extends SessionSchema, To extends SessionSchema> {
  /** The schema of the version that it starts from. */
  readonly from: From;
  /** The schema of the version that it leads to. */
  readonly to: To;
  /** Makes the new payload of the old one. */
  readonly migrate: (old: Payload<From>) => Payload<To>;
}

/** A {@link Migration} between any two schemas. */
export interface AnyMigration {
  /** The schema of the version that it starts from. */
  readonly from: SessionSchema;
  /** The schema of the version that it leads to. */
  readonly to: SessionSchema;
  /** Makes the new payload of the old one. */
  readonly migrate: (old: never) => object;
}

/** The steps by the version that each leads to. */
export type Migrations = Readonly<Record<number, AnyMigration>>;

/**
 * One step of the `migrations` of {@link defineSession}: from one version's schema to the next one's. The old payload
 * is validated by the old schema, codecs and all, and what `migrate` returns by the new one.
 *
 * @param from - the schema of the version before
 * @param to - the schema of this version
 * @param migrate - makes the new payload, complete, of the old one; synchronous, for it runs at the first look at
 *   `req.session`
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
 */
export function migration<
  From extends SessionSchema,
  To extends SessionSchema,
  // A type of its own, so that `role: 'user'` in what it returns is not taken for any string.
  Step extends (old: Payload<From>) => Payload<To>,
>(from: From, to: To, migrate: Step & RefuseExcess<ReturnType<Step>, To>): Migration<From, To> {
  return { from, to, migrate };
}

/** What {@link defineSession} takes and returns, to be spread into the options of `session(…)`. */
export interface SessionDefinition<S extends SessionSchema, V extends number, M extends Migrations> {
  /** The schema of the payload as it is today. */
  readonly schema: S;
  /** How often the payload has changed its shape: the version of the last of the migrations. */
  readonly version: V;
  /** The step that leads to each version, by its number. */
  readonly migrations: M;
}

/** Refuses migrations of which none leads to today's schema. */
export type LastMigration<S extends SessionSchema, V extends number, M extends Migrations> =
  M extends Readonly<Record<V, { readonly to: infer To }>>
    ? [To] extends [S]
      ? unknown
      : { readonly migrations: `The migration to version ${V} must lead to the schema of the definition` }
    : { readonly migrations: `Add the migration that leads to version ${V}` };

/**
 * A schema that has changed since the first sessions were stored, with the steps that bring these along. Sessions from
 * before there were versions, those of express-session too, are of version 0.
 *
 * @throws SessionOptionsError where the steps leave a gap, or do not lead from one to the next and to the schema
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
 * The steps in their order, the version of the first one's old schema, and today's.
 * @throws SessionOptionsError
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
    return step as AnyMigration; // every part of it was looked at
  });
  return { first: lowest - 1, version: today, steps };
}
