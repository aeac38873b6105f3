import { describe, expect, it, onTestFailed } from 'vitest';
import { openMatrix, states, type Library, type Place, type Setup } from './matrix-app.js';
import { ways } from './ways.js';
import { wrappers, type Wrapper } from './wrappers.js';

interface Case {
  readonly title: string;
  readonly wrapper?: Wrapper;
  readonly place: Place;
}

const cases: readonly Case[] = [
  { title: 'without other middleware', place: 'in front' },
  ...wrappers.flatMap((wrapper) =>
    (wrapper.twice === true
      ? (['in front', 'behind', 'on both sides'] as const)
      : (['in front', 'behind'] as const)
    ).map((place) => ({ title: `with ${wrapper.name} ${place}`, wrapper, place })),
  ),
];

const named = cases.map((one) => [one.title, one] as const);

/** Every way to stream in every state of the session; what did not arrive as it should, by name. */
async function faultsOf(setup: Setup): Promise<string[]> {
  const app = await openMatrix(setup);
  const faults: string[] = [];
  const waiting = new Set<string>();
  onTestFailed(() => {
    if (waiting.size > 0) console.error('no whole response:', [...waiting].join('; '));
  });
  const pairs = ways.flatMap((way) => states.map((state) => ({ way, state })));
  await Promise.all(
    pairs.map(async ({ way, state }) => {
      const label = `${way.name}, ${state}`;
      waiting.add(label);
      const seen = await app.ask(way.name, state).catch((error: unknown) => `failed: ${String(error)}`);
      waiting.delete(label);
      if (typeof seen === 'string') faults.push(`${label}: ${seen}`);
      else if (way.name === 'renderToPipeableStream' ? !/early.*late/s.test(seen.body) : seen.body !== way.body) {
        faults.push(`${label}: ${String(seen.body.length)} characters: ${seen.body.slice(0, 40)}`);
      } else if (setup.wrapper?.encoding !== undefined && seen.headers['content-encoding'] === undefined) {
        if (/^text|json/.test(String(seen.headers['content-type']))) faults.push(`${label}: not compressed`);
      } else if (state === 'stored' && seen.cookie === '' && setup.library === 'session()') {
        faults.push(`${label}: no cookie`);
      }
    }),
  );
  return faults;
}

describe.each([5, 4] as const)('a response on Express %i', (version) => {
  it.each(named)('arrives whole and in time %s, however it is sent', async (_, { wrapper, place }) => {
    expect(await faultsOf({ version, library: 'session()', wrapper, place })).toEqual([]);
  });
  it.each(named)('of the drop-in arrives whole and in time %s, however it is sent', async (_, { wrapper, place }) => {
    expect(await faultsOf({ version, library: 'the drop-in', wrapper, place })).toEqual([]);
  });
  // express-session responds to every pair. If a pair is added that it cannot respond to, this says so.
  it.each(named)(
    'of express-session arrives whole and in time %s, however it is sent',
    async (_, { wrapper, place }) => {
      expect(await faultsOf({ version, library: 'express-session', wrapper, place })).toEqual([]);
    },
  );
});
