// @ts-check
// `npm run check`: everything that must hold before a change is merged, each as an npm script of its own.
// `npm run check -- lint types` does these two alone; `npm run check -- --skip=test` all but one; `--list` names them.
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

/** @param {string} name */
const isWanted = (name) => !skipped.includes(name) && (named.length === 0 || named.includes(name));

/** @param {string[]} names */
async function runAll(names) {
  for (const name of names.filter(isWanted)) {
    // npm is a script on Windows, and starts by a shell there
    const [command, ...more] = process.platform === 'win32' ? ['cmd', '/d', '/s', '/c', 'npm'] : ['npm'];
    await check(name, () => run(command ?? '', [...more, 'run', '--silent', name]));
  }
}

if (args.includes('--list')) {
  for (const name of all.filter(isWanted)) console.log(name);
} else {
  await Promise.all(lanes.map(runAll));
  await runAll(last);
  finish();
}
