import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './docs.js';

const text = readFileSync(join(root, 'docs/reliability.md'), 'utf8');

/** The tests that the document names: in which file, by which title. */
const named = [...text.matchAll(/`([\w/.-]+\.ts)`: “([^”]+)”/g)].map(([, file = '', title = '']) => ({ file, title }));

/** The titles of a file's tests, as they are written: `it('…'`, `it.each(…)('…'`, or `'…': async` in a list of cases. */
function titlesOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found = [...source.matchAll(/\bit(?:OnExpress)?(?:\.each\(.*\)|\.each(?:<.+>)?\([^]*?\]\)|\.each\([^]*?\] as const\))?\(\s*(['"])(.+?)\1,|^ +'(.+)': async/gm)]; // prettier-ignore
  return found.map(([, , title, ofCase]) => title ?? ofCase ?? '');
}

describe('docs/reliability.md', () => {
  it('names tests', () => {
    expect(named.length).toBeGreaterThan(50);
    expect(text.match(/“[^”]+”/g)?.length).toBe(named.length + 1); // and quotes nothing else but “the drivers”
  });

  it.each(named)('names a test of $file that is there: $title', ({ file, title }) => {
    expect(titlesOf(file)).toContain(title);
  });

  it.each(readdirSync(join(root, 'spec/servers/faults')).filter((name) => name.endsWith('.spec.ts')))(
    'has a row for every test of %s',
    (name) => {
      const file = `spec/servers/faults/${name}`;
      const rows = named.filter((one) => one.file === file).map(({ title }) => title);
      const titles = titlesOf(file);
      expect(titles.length).toBeGreaterThan(0);
      expect(rows.sort()).toEqual(titles.sort());
    },
  );

  it('has a test for every row', () => {
    const rows = text.split('\n').filter((line) => /^\| [^-]/.test(line) && line.split(' | ').length >= 2);
    const promises = rows.filter((line) => !/^\| (?:what happens|promise|option|`)/.test(line));
    for (const row of promises) expect(row).toMatch(/`[\w/.-]+\.ts`: “/);
  });
});
