import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { generateSpecAndRoutes, type Config } from 'tsoa';
import { expect, it, onTestFinished } from 'vitest';
import { blocksOf, compilerOptions, root, writeProject } from '../docs/docs.js';
import { Client } from '../support/app.js';

// The recipe of docs/guides/decorators.md as it stands there: tsoa makes routes of it, and they are called.
const document = 'docs/guides/decorators.md';

const APP = `
import express from 'express';
import { RegisterRoutes } from './routes.js';
import { sessions } from './session.js';
const app = express();
app.use(sessions);
app.get('/login/:user', (req, res) => {
  req.session.userId = req.params.user;
  req.session.role = req.params.user === 'root' ? 'admin' : 'user';
  res.json('in');
});
RegisterRoutes(app);
app.use((error, req, res, next) => { res.status(error.status).json([error.code, [...error.missing, ...error.failed]]); });
const server = app.listen(0, '127.0.0.1', () => { console.log(server.address().port); });
`;

it('the recipe for tsoa guards its controllers, and is told in its OpenAPI document', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-tsoa-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  writeProject(document, folder);
  writeFileSync(join(folder, 'app.ts'), APP);
  const options = { ...compilerOptions(), experimentalDecorators: true };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));

  const [written] = blocksOf(document, 'json');
  const config = JSON.parse(written?.text ?? '') as Config;
  const inFolder = (path: string) => join(folder, path);
  await generateSpecAndRoutes({
    configuration: {
      ...config,
      entryFile: inFolder(config.entryFile),
      controllerPathGlobs: (config.controllerPathGlobs ?? []).map(inFolder),
      spec: { ...config.spec, outputDirectory: folder },
      routes: { ...config.routes, routesDir: folder, authenticationModule: inFolder('authentication.ts') },
    },
  });
  const { paths } = JSON.parse(readFileSync(inFolder('swagger.json'), 'utf8'));
  expect(paths['/receipts'].get).toMatchObject({
    security: [{ session: ['userId'] }],
    responses: { 401: { description: 'A session is required' } },
  });

  const client = new Client(`http://127.0.0.1:${await start(folder)}`);
  const answerTo = async (path: string) => {
    const { status, text } = await client.get(path);
    return [status, JSON.parse(text)];
  };
  expect(await answerTo('/receipts')).toEqual([401, ['SESSION_REQUIRED', ['userId']]]);
  expect(await answerTo('/receipts/all')).toEqual([401, ['SESSION_REQUIRED', ['userId']]]);
  await client.get('/login/ada');
  expect(await answerTo('/receipts')).toEqual([200, ['a receipt of ada']]);
  expect(await answerTo('/receipts/all')).toEqual([403, ['SESSION_FORBIDDEN', ['role']]]);
  await client.get('/login/root');
  expect(await answerTo('/receipts/all')).toEqual([200, ['all receipts']]);
});

/** Starts the app in its folder; its port. */
async function start(folder: string): Promise<string> {
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
  const child = spawn(process.execPath, ['--import', tsx, 'app.ts'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'development', SESSION_SECRET: 'a secret of the tests' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(async () => {
    const exit = once(child, 'exit');
    if (child.kill('SIGKILL')) await exit;
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error(`it did not start:\n${said}`);
}
