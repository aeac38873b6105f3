// @ts-check
// What the parts print: Markdown, which `main.mjs` puts into docs/performance.md.
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

/** @typedef {string | number | undefined} Cell */

/**
 * A table in Markdown, aligned so that it can be read in a terminal.
 *
 * @param {readonly string[]} columns @param {readonly (readonly Cell[])[]} rows
 */
export function table(columns, rows) {
  const texts = rows.map((row) => row.map((cell) => (cell === undefined ? '' : String(cell))));
  const widths = columns.map((column, i) => Math.max(4, column.length, ...texts.map((row) => row[i]?.length ?? 0)));
  const isText = columns.map(
    (name, i) => name === '' || rows.some((row) => typeof row[i] === 'string' && /^[^\d–-]/.test(row[i])),
  );
  /** @param {readonly string[]} cells */
  const line = (cells) => {
    const padded = widths.map((width, i) => cells[i]?.[isText[i] ? 'padEnd' : 'padStart'](width) ?? ' '.repeat(width));
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, i) => (isText[i] ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), line(rule), ...texts.map(line)].join('\n');
}

/** Prints a table under its title. @param {string} title @param {readonly string[]} columns @param {readonly (readonly Cell[])[]} rows */
export function printTable(title, columns, rows) {
  console.log(`\n**${title}**\n\n${table(columns, rows)}`);
}

/** @param {number} ratio @param {number | undefined} goal */
export const verdict = (ratio, goal) => (goal === undefined ? '' : ratio <= goal ? 'met' : 'missed');

const root = resolve(import.meta.dirname, '..');

/** The version of a package: this one, or one that is installed. @param {string} name */
function versionOf(name) {
  const installed = ['node_modules', 'bench/libraries/node_modules'].map((folder) =>
    join(folder, name, 'package.json'),
  );
  const file = name === 'typed-session' ? 'package.json' : installed.find((path) => existsSync(join(root, path)));
  return file === undefined ? 'not installed' : String(JSON.parse(readFileSync(join(root, file), 'utf8')).version);
}

/** @param {readonly string[]} packages whose versions matter for the figures */
export function printMachine(packages) {
  const model = cpus()[0]?.model.trim() ?? 'unknown CPU';
  const versions = packages.map((name) => `${name} ${versionOf(name)}`).join(', ');
  const day = new Date().toISOString().slice(0, 10);
  console.log(`${day}, Node ${process.versions.node}, ${model}, ${cpus().length} cores; ${versions}`);
}
