// @ts-check
// The entry points of the package, as package.json lists them.
import { readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

const { exports, bin, version: own } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
/** @type {string[]} */
const paths = Object.keys(exports).filter((path) => path !== './package.json');

/** The names of their files in lib: `index`, `eslint`, … */
export const entryNames = paths.map((path) => (path === '.' ? 'index' : path.slice(2)));

/** The version of the package. @type {string} */
export const version = own;

/** The name of the file in lib that is the command `typed-session`. */
export const command = basename(bin['typed-session'], '.js');

/** The declarations of the entry points, for both module kinds, below dist. @type {string[]} */
export const entryTypes = paths
  .flatMap((path) => [exports[path].import.types, exports[path].default.types])
  .map((file) => file.replace('./dist/', ''));

/** Entry points that are a default export: its name in CommonJS, in which `require()` returns it itself. */
export const defaultExports = new Map([
  ['express-session', 'session'],
  ['eslint', 'plugin'],
]);
