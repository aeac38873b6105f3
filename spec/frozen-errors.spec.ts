import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '..');

it('a guard refuses with its 401 where the app has frozen Error.prototype', () => {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-frozen-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  const library = JSON.stringify(pathToFileURL(join(root, 'lib/index.ts')).href);
  const app = join(folder, 'app.mjs');
  writeFileSync(
    app,
    `import { requireSession } from ${library};
    Object.freeze(Error.prototype);
    requireSession('userId')({ session: { isNew: true } }, {}, (error) => console.log(error.name, error.status, String(error)));`,
  );
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
  const printed = execFileSync(process.execPath, ['--import', tsx, app], { encoding: 'utf8' });
  expect(printed).toMatch(/^SessionRequiredError 401 SessionRequiredError: A session with userId is required/);
});
