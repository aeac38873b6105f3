import assert, { AssertionError } from 'node:assert/strict';
import { RECORD_FIELDS } from '../stores/record-fields.js';
import type { SessionRecord, StoreEntry } from '../stores/store-contract.js';

// Each takes advice as an argument, because the author of a store reads the message.

/** The fields of the records of every store. `cookie` and `foreign` belong only to the layout of express-session. */
const FIELDS = ['data', 'revision', 'expiresAt', ...RECORD_FIELDS] as const;

export function expectTrue(answer: unknown, advice: string): void {
  assert.equal(answer, true, `${advice} (answered ${show(answer)}, not true)`);
}

export function expectFalse(answer: unknown, advice: string): void {
  assert.equal(answer, false, `${advice} (answered ${show(answer)}, not false)`);
}

export function expectCount(count: unknown, expected: number, advice: string): void {
  assert.equal(count, expected, `${advice} (${show(count)}, not ${expected})`);
}

/** Checks that exactly one of several answers is true, and returns its index. */
export function expectOneTrue(answers: readonly boolean[], advice: string): number {
  expectCount(answers.filter((answer: unknown) => answer === true).length, 1, advice);
  return answers.indexOf(true);
}

/** Checks that a store returns a record, field by field. An absent field equals `undefined`. */
export function expectRecord(found: SessionRecord | undefined, expected: SessionRecord, advice: string): void {
  const wrong =
    typeof found !== 'object' || found === null
      ? `read ${show(found)} in place of a record`
      : FIELDS.filter((field) => !Object.is(found[field], expected[field]))
          .map((field) => `${field}: ${show(found[field])} in place of ${show(expected[field])}`)
          .join(', ');
  if (wrong === '') return;
  throw new AssertionError({ message: `${advice} (${wrong})`, actual: found, expected, operator: 'deepEqual' });
}

/** Checks that a store returns a record with this data. */
export function expectData(found: SessionRecord | undefined, data: string, advice: string): void {
  assert.equal(found?.data, data, `${advice} (data: ${show(found?.data)} in place of ${show(data)})`);
}

export function expectNothing(found: SessionRecord | undefined, advice: string): void {
  if (found === undefined) return;
  const what = found === null ? 'null, and must be undefined' : 'a record';
  throw new AssertionError({ message: `${advice} (read ${what})`, actual: found, expected: undefined });
}

/** Checks that the entries are those of these keys, in any order, each of them once. */
export function expectKeys(entries: readonly StoreEntry[], expected: readonly string[], advice: string): void {
  const found = entries.map(([key]) => key);
  const missing = expected.filter((key) => !found.includes(key)).length;
  const besides = found.filter((key) => !expected.includes(key)).length;
  const again = found.length - new Set(found).size;
  if (missing + besides + again === 0) return;
  const message = `${advice} (missing: ${missing}, besides: ${besides}, twice: ${again})`;
  throw new AssertionError({ message, actual: [...found].sort(), expected: [...expected].sort() });
}

/** Formats a value for a message: shortened, and with numbers and texts distinguished. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return `${value}n`;
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
