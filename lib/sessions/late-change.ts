import { SessionValidationError } from '../errors.js';
import { isObserved } from '../events.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { report } from './report.js';
import type { RequestSession } from './request-session.js';

/** The routes for which a warning was issued. */
const warned = new Set<string>();
const MOST_WARNINGS = 100;

/** Whether a late change would be reported at all. If not, nothing is compared. */
export function reportsLateChanges({ isProduction }: { readonly isProduction: boolean }): boolean {
  return !isProduction || isObserved('late-change');
}

/**
 * Reports changes that were made after the response had ended and that no `save()` or `update()` has stored. Called when the
 * response has finished. A `save()` or `update()` that is still running is awaited.
 * @param route - the route's pattern, for the warning in development
 */
export function checkLateChange<S extends SessionSchema>(
  session: RequestSession<S>,
  status: number,
  route: string | undefined,
): void {
  if (session.isBusy) {
    void session.serialize(() => {
      check(session, status, route);
      return Promise.resolve();
    });
  } else {
    check(session, status, route);
  }
}

function check<S extends SessionSchema>(session: RequestSession<S>, status: number, route: string | undefined): void {
  // A response of 500 or above commits no change, late or not.
  if (status >= 500 || !session.state.isLoaded || !session.isAccessed) return;
  const fields = lateFields(session);
  if (fields.length === 0) return;
  report(session, 'late-change', { fields });
  if (!session.config.isProduction) warn(fields, route, session.state.isNew);
}

/** The fields that differ from what is stored and from what the commit saw; only names that the schema knows. */
function lateFields<S extends SessionSchema>(session: RequestSession<S>): string[] {
  const { codec } = session.config;
  let now: Readonly<Record<string, unknown>>;
  try {
    now = session.payload as Readonly<Record<string, unknown>>; // SessionSchema: its values are objects
  } catch {
    return []; // the handler could not read the session either, and got the error
  }
  try {
    now = codec.comparable(now);
  } catch (error) {
    if (!(error instanceof SessionValidationError)) return []; // nobody is left to receive the error
  }
  if (codec.same(now, session.state.base.asStored)) return [];
  const { committed } = session;
  const base = session.exactBase();
  if (codec.same(now, base)) return [];
  const isLate = (field: string): boolean => {
    const value = ownField(now, field);
    if (codec.same(value, ownField(base, field))) return false;
    return committed === undefined || !codec.same(value, ownField(committed, field));
  };
  return codec.publicFields([...new Set([...Object.keys(now), ...Object.keys(base)])].filter(isLate));
}

function warn(fields: readonly string[], route: string | undefined, isNew: boolean): void {
  const where = route ?? 'A handler';
  if (warned.has(where) || warned.size >= MOST_WARNINGS) return;
  warned.add(where);
  process.emitWarning(
    `${where} changed the session after the response had ended, and the change is lost (${fields.join(', ')}). ` +
      `Change the session before the response${isNew ? '' : ', or await req.session.save() after the change'}.`,
    { type: 'TypedSessionWarning', code: 'TYPED_SESSION_LATE_CHANGE' },
  );
}
