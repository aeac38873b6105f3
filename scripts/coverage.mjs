// @ts-check
// `npm run coverage`: the specs that run the library, and how much of lib/ they run, in percent. Its details are in
// coverage/index.html. The specs that compile programs run none of it.
import { spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const args = ['run', '--project', 'node', '--project', 'fetch', '--coverage.enabled', '--coverage.include=lib/**'];
const reporters = ['text-summary', 'json-summary', 'html'].map((name) => `--coverage.reporter=${name}`);
const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', ...args, ...reporters], {
  cwd: root,
  stdio: 'inherit',
});
const code = await new Promise((done) => vitest.once('close', done));
process.exitCode = code ?? 1;
if (code === 0) {
  const { total } = JSON.parse(readFileSync(join(root, 'coverage/coverage-summary.json'), 'utf8'));
  const percent = ['statements', 'branches', 'functions']
    .map((what) => `${total[what].pct} % of its ${what}`)
    .join(', ');
  console.log(`ok coverage of lib: ${percent}`);
  const summary = process.env['GITHUB_STEP_SUMMARY'];
  if (summary !== undefined) appendFileSync(summary, `### Coverage of \`lib/\`\n\n${percent}\n\n`);
}
