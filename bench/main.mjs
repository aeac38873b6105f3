// @ts-check
// `npm run bench` measures everything and puts the tables into docs/performance.md; `npm run bench -- memory startup`
// does these parts alone; `npm run bench -- --quick` only shows that everything works. A part is a program of its own, in a process of its own, and prints Markdown.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const root = resolve(import.meta.dirname, '..');
const page = join(root, 'docs/performance.md');
const servers = ['REDIS_URL', 'POSTGRES_URL', 'MONGO_URL'];

/** The arguments of Node, by part. @type {Record<string, readonly string[]>} */
const parts = {
  overhead: ['--max-old-space-size=6144', 'bench/overhead.mjs', '--svg=docs/performance.svg'],
  // A young generation that is larger than what a round allocates, so that nothing is collected while it is counted.
  allocation: ['--expose-gc', '--single-threaded-gc', '--min-semi-space-size=256', '--max-semi-space-size=256', 'bench/allocation.mjs'], // prettier-ignore
  sessions: ['bench/sessions.mjs'],
  stores: ['scripts/servers.mjs', 'run', ...servers, '--', process.execPath, 'bench/stores.mjs'],
  loopback: ['bench/loopback.mjs'],
  startup: ['bench/startup.mjs'],
};

/** @param {string} command @param {readonly string[]} args @returns {Promise<string>} what it printed; it is shown, too */
function run(command, args) {
  return new Promise((done, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
      text += chunk;
      process.stdout.write(chunk);
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? done(text) : reject(new Error(`${args.join(' ')} ended with ${code}`)),
    );
  });
}

/** Replaces the text between the markers of a part. @param {string} part @param {string} text */
async function publish(part, text) {
  const before = readFileSync(page, 'utf8');
  const marked = new RegExp(`(<!-- bench: ${part} -->\n)[^]*?(<!-- end -->)`);
  if (!marked.test(before)) throw new Error(`docs/performance.md has no place for ${part}`);
  const after = before.replace(marked, (_all, start, end) => `${start}\n${text.trim()}\n\n${end}`);
  writeFileSync(page, await format(after, { ...(await resolveConfig(page)), filepath: page }));
}

const quick = process.argv.includes('--quick');
if (quick) process.env['BENCH_QUICK'] = '1';
const chosen = process.argv.slice(2).filter((name) => name !== '--quick');
const unknown = chosen.filter((name) => !(name in parts));
if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(', ')} (there are ${Object.keys(parts).join(', ')})`); // prettier-ignore
if (!existsSync(join(root, 'bench/libraries/node_modules'))) {
  console.error('installing the libraries that only the bench needs');
  await run('npm', ['ci', '--prefix', 'bench/libraries', '--no-audit', '--no-fund']).catch((error) => console.error(`${error.message}: what is missing is reported as not measured`)); // prettier-ignore
}
for (const part of chosen.length > 0 ? chosen : Object.keys(parts)) {
  const start = Date.now();
  console.log(`\n# ${part}`);
  try {
    const text = await run(process.execPath, parts[part] ?? []);
    if (!quick) await publish(part, text);
  } catch (error) {
    console.error(`${part} failed, and its tables are left as they were: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
  }
  console.error(`${part}: ${Math.round((Date.now() - start) / 1000)} s`);
}
