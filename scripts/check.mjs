// @ts-check
// `npm run check`: everything that must hold before a change is merged, each as an npm script of its own.
// `npm run check -- lint types` does these two alone; `npm run check -- --skip=test` all but one.
import { check, finish, run } from './report.mjs';

// Side by side, as far as they leave each other's files alone: all of the second lane build dist, which the type tests import.
// The tests fill a machine themselves.
const lanes = [
  ['format:check', 'types', 'unused', 'docs'],
  ['lint', 'test:types', 'test:exports'],
];
const last = ['test'];
const all = [...lanes.flat(), ...last];

const args = process.argv.slice(2);
const skipped = args.filter((arg) => arg.startsWith('--skip=')).map((arg) => arg.slice('--skip='.length));
const named = args.filter((arg) => !arg.startsWith('--'));
const unknown = [...skipped, ...named].filter((name) => !all.includes(name));
if (unknown.length > 0) throw new Error(`no such check: ${unknown.join(', ')} (there are ${all.join(', ')})`);

/** @param {string[]} names */
async function runAll(names) {
  for (const name of names) {
    if (skipped.includes(name) || (named.length > 0 && !named.includes(name))) continue;
    await check(name, () => run('npm', ['run', '--silent', name]));
  }
}

await Promise.all(lanes.map(runAll));
await runAll(last);
finish();
