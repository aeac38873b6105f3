// @ts-check
// The entry points of the package, as package.json lists them.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

const { exports } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
/** @type {string[]} */
const paths = Object.keys(exports).filter((path) => path !== './package.json');

/** The names of their files in lib: `index`, `eslint`, … */
export const entryNames = paths.map((path) => (path === '.' ? 'index' : path.slice(2)));

/** The declarations of the entry points, for both module kinds, below dist. @type {string[]} */
export const entryTypes = paths
  .flatMap((path) => [exports[path].import.types, exports[path].default.types])
  .map((file) => file.replace('./dist/', ''));

/** Entry points that are a default export: its name in CommonJS, in which `require()` returns it itself. */
export const defaultExports = new Map([
  ['express-session', 'session'],
  ['eslint', 'plugin'],
]);
