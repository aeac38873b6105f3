import type { Status } from './status.js';

/** What a commit has to do in the store. */
export type Plan = 'nothing' | 'create' | 'update' | 'rotate' | 'touch' | 'refuse-ended' | 'refuse-late';

/** How the principal changes: not at all; from none to one; or it is replaced or removed. */
export type PrincipalChange = 'none' | 'began' | 'left';

/** The facts about a session that the plan depends on. */
export interface PlanFacts {
  /** The session's status. `'waiting'`: a new id could not be stored, and only another change tries again. */
  readonly status: Status['is'] | 'waiting';
  /** Its payload was changed. */
  readonly isChanged: boolean;
  /** A new session is to be stored even if nothing was changed. */
  readonly storesUnchanged: boolean;
  /** Whether the change gives the session another principal. */
  readonly principal: PrincipalChange;
  /** Something other than the payload must be stored: a new lifetime of the cookie, a migrated payload, an index. */
  readonly isOutdated: boolean;
  /** The head of the response has been sent. */
  readonly isLate: boolean;
}

/** Decides what a commit or a `save()` does. It has no side effects: `store-changes.ts` carries out the plan. */
export function plan({ status, isChanged, storesUnchanged, principal, isOutdated, isLate }: PlanFacts): Plan {
  if (status === 'ended') return isChanged ? 'refuse-ended' : 'nothing';
  if (status === 'new') return isChanged || storesUnchanged ? 'create' : 'nothing';
  if (status !== 'stored' && status !== 'moving' && status !== 'waiting') return 'nothing'; // it is not loaded
  if (principal !== 'none') return isLate ? 'refuse-late' : 'rotate';
  if (status === 'moving') return 'rotate';
  if (status === 'waiting') return isChanged || storesUnchanged ? 'rotate' : 'nothing';
  return isChanged || isOutdated ? 'update' : 'touch';
}
