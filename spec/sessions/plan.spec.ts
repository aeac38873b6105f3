import { describe, expect, it } from 'vitest';
import { plan, type Plan, type PlanFacts } from '../../lib/sessions/plan.js';

/** A session that was loaded, and to which nothing happened. */
const loaded: PlanFacts = {
  status: 'stored',
  isChanged: false,
  storesUnchanged: false,
  principal: 'none',
  isOutdated: false,
  isLate: false,
};
const fresh: PlanFacts = { ...loaded, status: 'new' };
const ended: PlanFacts = { ...fresh, status: 'ended' };
const changed = { isChanged: true };

describe('the plan', () => {
  it.each<[string, PlanFacts, Plan]>([
    ['a new session that nobody changed is not stored', fresh, 'nothing'],
    ['a new session that was changed is created', { ...fresh, ...changed }, 'create'],
    ['a new session is created by save() or saveUninitialized', { ...fresh, storesUnchanged: true }, 'create'],
    ['a new session with a principal is created under the id that it has', { ...fresh, ...changed, principal: 'began' }, 'create'],
    ['a loaded session that nobody changed is touched', loaded, 'touch'],
    ['a loaded session that was changed is updated', { ...loaded, ...changed }, 'update'],
    ['a new life of the cookie is stored', { ...loaded, isOutdated: true }, 'update'],
    ['a session that is to get a new id is rotated', { ...loaded, status: 'moving' }, 'rotate'],
    ['a rotation that has failed waits', { ...loaded, status: 'waiting' }, 'nothing'],
    ['a rotation that has failed is tried again with a change', { ...loaded, ...changed, status: 'waiting' }, 'rotate'],
    ['a rotation that has failed is tried again by save()', { ...loaded, storesUnchanged: true, status: 'waiting' }, 'rotate'],
    ['a login rotates the session', { ...loaded, ...changed, principal: 'began' }, 'rotate'],
    ['a logout by the principal rotates it', { ...loaded, ...changed, principal: 'left' }, 'rotate'],
    ['a login after the head of the response is refused', { ...loaded, ...changed, principal: 'began', isLate: true }, 'refuse-late'],
    ['a change after the head of the response is stored', { ...loaded, ...changed, isLate: true }, 'update'],
    ['a session that has ended is left alone', ended, 'nothing'],
    ['a change of a session that has ended is refused', { ...ended, ...changed }, 'refuse-ended'],
    ['a session that has ended is not created by save()', { ...ended, storesUnchanged: true }, 'nothing'],
  ])('%s', (_, facts, expected) => {
    expect(plan(facts)).toBe(expected);
  }); // prettier-ignore

  it('the plan stores nothing for a session that has ended, whatever else happened', () => {
    for (const isChanged of [false, true])
      for (const storesUnchanged of [false, true])
        for (const principal of ['none', 'began', 'left'] as const)
          expect(['nothing', 'refuse-ended']).toContain(plan({ ...ended, isChanged, storesUnchanged, principal }));
  });

  it.each(['unloaded', 'loading', 'failed'] as const)('the plan stores nothing for a session that is %s', (status) => {
    expect(plan({ ...loaded, ...changed, status })).toBe('nothing');
  });
});
