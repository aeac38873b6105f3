import type { PrincipalChange } from './move.js';

/** What the store must be brought to: the answer to what happened to a session. */
export type Plan = 'nothing' | 'create' | 'update' | 'move' | 'touch' | 'refuse-ended' | 'refuse-late';

/** What happened to a session, as far as the plan goes by it. */
export interface PlanFacts {
  /** It has ended: nothing may be stored any more. */
  readonly isEnded: boolean;
  /** The store has a record of it. */
  readonly isStored: boolean;
  /** Its payload was changed. */
  readonly isChanged: boolean;
  /** A new session is to be stored even if nothing was changed. */
  readonly storesUnchanged: boolean;
  /** What the change does to whose the session is. */
  readonly principal: PrincipalChange;
  /** It is to get a new id. `'waiting'` if that has failed before: then only a change brings it about. */
  readonly move: 'none' | 'now' | 'waiting';
  /** Something besides the payload has to be stored: a new life of the cookie, a migrated payload, an index. */
  readonly isOutdated: boolean;
  /** The head of the response has gone. */
  readonly isLate: boolean;
}

/** Decides what a commit or a `save()` does. Pure: `commit.ts` carries it out. */
export function plan(facts: PlanFacts): Plan {
  const { isEnded, isStored, isChanged, storesUnchanged, principal, move } = facts;
  if (isEnded) return isChanged ? 'refuse-ended' : 'nothing';
  if (!isStored) return isChanged || storesUnchanged ? 'create' : 'nothing';
  if (principal !== 'none') return facts.isLate ? 'refuse-late' : 'move';
  if (move === 'now' || (move === 'waiting' && (isChanged || storesUnchanged))) return 'move';
  if (move === 'waiting') return 'nothing';
  return isChanged || facts.isOutdated ? 'update' : 'touch';
}
