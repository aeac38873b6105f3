import { expect, it } from 'vitest';
import { COOKIE_ATTRIBUTES } from '../../lib/cookie/cookie-attributes.js';
import { OPTION_TABLE } from '../../lib/sessions/option-table.js';
import { RECORD_FIELDS } from '../../lib/stores/record-fields.js';
import { read } from './docs.js';

// The tables in lib are the source: the documents must have a row for each of their entries, and no other row.

const options = Object.keys(OPTION_TABLE);

/** The text under a heading of a document, up to the next heading of the same level. */
function section(document: string, heading: string): string {
  const [, level = ''] = /^(#+) /.exec(heading) ?? [];
  const after = read(document).split(`\n${heading}\n`)[1];
  if (after === undefined) throw new Error(`${document} has no heading ${heading}`);
  return after.split(new RegExp(`^${level} `, 'm'))[0] ?? '';
}

/** The names in the first column of the tables in a text. */
function rows(text: string): string[] {
  return [...text.matchAll(/^\| \[?`(\w+)`/gm)].map(([, name = '']) => name);
}

it("README's table of options has a row for each option of session(), in order, and no other row", () => {
  expect(rows(section('README.md', '## Options'))).toEqual(options);
});

it('docs/reference/options.md has a section for each option of session(), in order, and no other section', () => {
  expect([...read('docs/reference/options.md').matchAll(/^## `(\w+)`$/gm)].map(([, name]) => name)).toEqual(options);
});

it('docs/reference/options.md and docs/guides/fetch.md mark the options that only Express has', () => {
  const express = Object.entries(OPTION_TABLE).flatMap(([name, row]) => ('onFetch' in row ? [name] : []));
  const marked = options.filter((name) =>
    section('docs/reference/options.md', `## \`${name}\``).includes('· Express only'),
  );
  expect(marked).toEqual(express);
  const listed = /^- \*\*Options\.\*\*(.*?)Express\s+only/ms.exec(read('docs/guides/fetch.md'))?.[1] ?? '';
  expect([...listed.matchAll(/\[`(\w+)`\]/g)].map(([, name]) => name)).toEqual(express);
});

it('docs/reference/options.md has a row for each attribute of the cookie, and no other row', () => {
  const names = rows(section('docs/reference/options.md', '## `cookie`'));
  expect(names.sort()).toEqual(Object.keys(COOKIE_ATTRIBUTES).sort());
});

it('docs/reference/stores.md has a row for each field of a record, and no other row', () => {
  const ofStores = ['data', 'revision', 'expiresAt', 'cookie']; // a store keeps these separately
  const names = rows(section('docs/reference/stores.md', '### The fields of a record'));
  expect(names.sort()).toEqual([...ofStores, ...RECORD_FIELDS].sort());
});
