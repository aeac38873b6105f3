import type { Status } from './state.js';

/** What the store must be brought to: the answer to what happened to a session. */
export type Plan = 'nothing' | 'create' | 'update' | 'rotate' | 'touch' | 'refuse-ended' | 'refuse-late';

/** What becomes of whose a session is: nothing; it had no principal and gets one; its principal is replaced, or leaves. */
export type PrincipalChange = 'none' | 'began' | 'left';

/** What happened to a session, as far as the plan goes by it. */
export interface PlanFacts {
  /** The session's status. `'waiting'`: a new id could not be stored, and only a change tries again. */
  readonly status: Status['is'] | 'waiting';
  /** Its payload was changed. */
  readonly isChanged: boolean;
  /** A new session is to be stored even if nothing was changed. */
  readonly storesUnchanged: boolean;
  /** Whether the change gives the session another principal. */
  readonly principal: PrincipalChange;
  /** Something other than the payload must be stored: a new life of the cookie, a migrated payload, an index. */
  readonly isOutdated: boolean;
  /** The head of the response has gone. */
  readonly isLate: boolean;
}

/** Decides what a commit or a `save()` does. Pure: `store-changes.ts` carries it out. */
export function plan({ status, isChanged, storesUnchanged, principal, isOutdated, isLate }: PlanFacts): Plan {
  if (status === 'ended') return isChanged ? 'refuse-ended' : 'nothing';
  if (status === 'new') return isChanged || storesUnchanged ? 'create' : 'nothing';
  if (status !== 'stored' && status !== 'moving' && status !== 'waiting') return 'nothing'; // it is not loaded
  if (principal !== 'none') return isLate ? 'refuse-late' : 'rotate';
  if (status === 'moving') return 'rotate';
  if (status === 'waiting') return isChanged || storesUnchanged ? 'rotate' : 'nothing';
  return isChanged || isOutdated ? 'update' : 'touch';
}
