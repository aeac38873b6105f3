import { isReserved } from '../../schema/reserved.js';
import { plural } from '../terminal.js';
import { hasDates, isRecord, type Shape } from './shape.js';

/** The default of `absoluteTimeout`, in milliseconds. */
const ABSOLUTE_TIMEOUT = 30 * 24 * 60 * 60 * 1000;

/** What was read. */
export interface Sample {
  readonly shape: Shape;
  /** How many stored values are no session that can be read. */
  unreadable: number;
  /** How many cookies live longer than the default of `absoluteTimeout`. */
  longLived: number;
}

/** Whether a session's cookie lives longer than `absoluteTimeout` allows by default. */
export function isLongLived(cookie: object): boolean {
  const { originalMaxAge } = cookie as { readonly originalMaxAge?: unknown };
  return typeof originalMaxAge === 'number' && originalMaxAge > ABSOLUTE_TIMEOUT;
}

/** What would be lost with the proposed schema, and what needs a decision: one sentence each. */
export function lossesOf({ shape, unreadable, longLived }: Sample): string[] {
  const losses: string[] = [];
  if (unreadable > 0) {
    losses.push(
      `${plural(unreadable, 'stored value')} cannot be read as a session of express-session: not JSON, encrypted, or of another program.`,
    );
  }
  const reserved = [...shape.fields].filter(([name]) => isReserved(name));
  for (const [name, { total }] of reserved) {
    losses.push(
      `${name} (${plural(total, 'session')}): req.session has a member of this name, so handlers do not see the field.`,
    );
  }
  if (shape.withDataKeys > 0) {
    losses.push(
      `${plural(shape.withDataKeys, 'session')} have fields whose names look like data. They are left out: they stay in the store, and handlers do not see them. Use one field with z.record().`,
    );
  }
  if (longLived > 0) {
    losses.push(
      `${plural(longLived, 'session')} have a cookie that lives for more than 30 days: set absoluteTimeout, or they end then.`,
    );
  }
  for (const [path, place] of places(shape, '')) losses.push(...lossesAt(path, place));
  return [...new Set(losses)];
}

function lossesAt(path: string, shape: Shape): string[] {
  const losses: string[] = [];
  for (const [kind, total] of shape.others) {
    if (kind === 'Date')
      losses.push(`${path}: ${plural(total, 'date')} are read as ISO texts; isoDate of typed-session decodes them.`);
    else losses.push(`${path}: ${plural(total, 'value')} of the class ${kind} become what JSON makes of them.`);
  }
  if (hasDates(shape)) {
    losses.push(
      `${path}: texts of dates. If handlers assign a Date, use isoDate of typed-session instead; then they also read a Date.`,
    );
  }
  const kinds = [shape.strings, shape.numbers, shape.booleans, shape.arrays, shape.objects].filter(
    (total) => total > 0,
  );
  if (kinds.length > 1) losses.push(`${path}: values of ${String(kinds.length)} kinds; decide which one it should be.`);
  if (shape.fields.size > 0 && shape.withDataKeys > 0 && shape.withDataKeys * 2 <= shape.objects) {
    losses.push(
      `${path}: ${plural(shape.withDataKeys, 'object')} have keys that look like data; z.looseObject keeps them.`,
    );
  }
  return losses;
}

/** Every place below a shape, with its path. Keys of what is a record are data, so they are not part of a path. */
function* places(shape: Shape, path: string): Generator<[string, Shape]> {
  const isMap = path !== '' && isRecord(shape);
  for (const [name, field] of shape.fields) {
    const here = isMap ? `${path}[*]` : path === '' ? name : `${path}.${name}`;
    yield [here, field];
    yield* places(field, here);
  }
  if (shape.underDataKeys !== undefined && isMap) {
    yield [`${path}[*]`, shape.underDataKeys];
    yield* places(shape.underDataKeys, `${path}[*]`);
  }
  if (shape.element !== undefined) {
    yield [`${path}[]`, shape.element];
    yield* places(shape.element, `${path}[]`);
  }
}
