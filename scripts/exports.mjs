// @ts-check
// `npm run test:exports`: publint and attw on the tarball. No profile: every entry point works for every way to resolve it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pack } from './pack.mjs';
import { check, finish, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const temp = mkdtempSync(join(tmpdir(), 'typed-session-exports-'));
const bin = (/** @type {string} */ path) => join(root, 'node_modules', path);

try {
  const tarball = await check('npm pack', () => pack(temp));
  if (tarball !== undefined) {
    await check('publint', () => run('node', [bin('publint/src/cli.js'), tarball, '--strict']));
    await check('attw', () => run('node', [bin('@arethetypeswrong/cli/dist/index.js'), tarball]));
  }
} finally {
  rmSync(temp, { recursive: true, force: true });
}
finish();
