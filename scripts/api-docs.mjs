// @ts-check
// The API docs of an example, as its readers see them: typedoc's pages in Chromium, and the OpenAPI document of NestJS.
import { Validator } from '@seriousme/openapi-schema-validator';
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from './report.mjs';

const chromium = process.env['CHROMIUM'] ?? 'chromium';

/**
 * Runs typedoc with the plugin on an example that stands, compiled, in a folder of its own, and looks at the pages.
 *
 * @param {string} cwd
 * @param {string} config its tsconfig
 * @param {string} compiled where it was compiled to
 * @param {string} pictureTo where the picture of a page is put
 */
export async function typedocPages(cwd, config, compiled, pictureTo) {
  const schema = ['--sessionSchema', `${compiled}/session.js#sessionSchema`];
  const strict = ['--treatWarningsAsErrors', '--disableGit', '--sourceLinkTemplate', '{path}'];
  await run('node', ['node_modules/typedoc/bin/typedoc', '--tsconfig', config, ...schema, ...strict], { cwd });

  const account = await seen(join(cwd, 'docs/classes/AccountController.html'));
  assert.match(account.head, /Requires session: userId/);
  assert.match(account.of('show'), /Requires session: userId/);
  assert.match(account.of('prices'), /Open to everybody\./);
  assert.match(account.of('logout'), /Requires session: userId.*Ends the session\./);
  const login = await seen(join(cwd, 'docs/classes/LoginController.html'));
  assert.match(login.of('login'), /Only for those who are not signed in\./);
  // In one of the examples it stands in a class of its own.
  const notes = account.of('clear') === '' ? await seen(join(cwd, 'docs/classes/NotesController.html')) : account;
  assert.match(notes.of('clear'), /Requires session: userId, role = admin/);

  const session = await seen(join(cwd, 'docs/documents/Session.html'));
  const rows = [...session.html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd]>(.*?)<\/t[hd]>/gs)].map(([, cell = '']) => textOf(cell)),
  );
  assert.deepEqual(rows, [
    ['Field', 'Type', 'Default', 'Description', 'Sensitive'],
    ['userId', 'string | undefined', '', 'Who is signed in.', ''],
    ['role', '"user" | "admin"', '"user"', 'What they may do.', ''],
    ['email', 'string | undefined', '', 'Where to write to them.', 'yes'],
    ['notes', 'string[]', '[]', 'What they have noted.', ''],
  ]);
  await picture(join(cwd, 'docs/documents/Session.html'), join(cwd, 'session.png'), { width: 960, height: 560 });
  await picture(join(cwd, 'docs/classes/AccountController.html'), pictureTo, { width: 960, height: 1110 });
}

/**
 * What the OpenAPI document says that an app answers with.
 *
 * @param {string} base where the API listens
 */
export async function openApiDocument(base) {
  const response = await fetch(`${base}/api-json`);
  const text = await response.text();
  const { valid, errors } = await new Validator().validate(JSON.parse(text)); // it changes what it is given
  const document = JSON.parse(text);
  assert.ok(valid, JSON.stringify(errors));
  assert.match(document.openapi, /^3\.1\./);
  assert.equal(document.components.securitySchemes.session.in, 'cookie');
  const { paths } = document;
  assert.deepEqual(paths['/account'].get.security, [{ session: [] }]);
  assert.match(paths['/account'].get.responses['401'].description, /`userId`/);
  assert.match(paths['/account/notes'].delete.responses['401'].description, /`userId`, `role` = `admin`/);
  assert.match(paths['/account/notes'].delete.responses['403'].description, /`role` = `admin`/);
  assert.ok('403' in paths['/login'].post.responses);
  assert.deepEqual(paths['/prices'].get.security, []);
}

/** A page as Chromium shows it: the text before its members, and of each of them. @param {string} page */
async function seen(page) {
  const html = await browse(page, ['--dump-dom']);
  assert.match(html, /<body style="">|<body>/, `${page} stays hidden`); // typedoc shows it when its script has run
  const [head = '', ...members] = html.split(/<section class="[^"]*tsd-member[^"]*">/);
  const of = (/** @type {string} */ name) => textOf(members.find((member) => member.includes(`id="${name}"`)) ?? '');
  return { html, head: textOf(head), of };
}

/** @param {string} page @param {string} file a PNG @param {{ width: number, height: number }} size */
async function picture(page, file, { width, height }) {
  const taken = `${page}.png`;
  await browse(page, [`--screenshot=${taken}`, `--window-size=${width},${height}`]);
  const png = readFileSync(taken);
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [width, height]);
  assert.ok(statSync(taken).size > 10_000, 'the picture is blank');
  copyFileSync(taken, file);
}

/** @param {string} page @param {string[]} args */
function browse(page, args) {
  const profile = mkdtempSync(join(dirname(page), 'profile-'));
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const alone = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${profile}`];
  const all = [...alone, ...quiet, '--virtual-time-budget=5000', ...args, pathToFileURL(page).href];
  return run(chromium, all, { seconds: 60 }).catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error(`there is no ${chromium}: install it, or name your browser: CHROMIUM=google-chrome`);
  });
}

/** @param {string} html */
function textOf(html) {
  const text = html
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&quot;', '"');
  return text.replaceAll(/ (?=[,.])/g, '').trim();
}
