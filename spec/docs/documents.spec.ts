import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import * as library from 'typed-session';
import { blocksOf, compilerOptions, documents, isLegacy, read, root, withApp, withCode, writeProject } from './docs.js';

const temp = mkdtempSync(join(tmpdir(), 'typed-session-docs-'));
const projects = new Map<string, { readonly folder: string; readonly files: Map<string, number> }>();

beforeAll(() => {
  for (const document of withCode) {
    const folder = join(temp, document.replaceAll(/\W/g, '-'));
    projects.set(document, { folder, files: writeProject(document, folder) });
  }
});
afterAll(() => {
  rmSync(temp, { recursive: true, force: true });
}, 120_000);

function projectOf(document: string) {
  const project = projects.get(document);
  if (project === undefined) throw new Error(`${document} has no project`);
  return project;
}

describe('the code in the documents', { timeout: 240_000 }, () => {
  // Each document registers a schema, so each is a program of its own.
  it.each(withCode)('compiles: %s', (document) => {
    const { files } = projectOf(document);
    const { options, errors } = ts.convertCompilerOptionsFromJson(compilerOptions(), root);
    expect(errors).toEqual([]);
    const standardFiles = [...files.keys()].filter((file) => !isLegacy(file));
    const standard = ts.createProgram(standardFiles, options, hostFor(options));
    const inLegacy = { ...options, experimentalDecorators: true };
    const legacy =
      files.size === standardFiles.length ? standard : ts.createProgram([...files.keys()], inLegacy, hostFor(inLegacy));
    const problems = [...files].flatMap(([file, firstLine]) => {
      const program = isLegacy(file) ? legacy : standard;
      const source = program.getSourceFile(file);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((problem) => {
        const at = source?.getLineAndCharacterOfPosition(problem.start ?? 0).line ?? 0;
        return `${document}:${firstLine + at + 1} ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`;
      });
    });
    expect(files.size).toBeGreaterThan(0);
    expect(problems).toEqual([]);
  });

  // The app is started anew for each block of commands, in the same folder: what a store keeps, it has kept.
  it.skipIf(process.platform === 'win32').each(withApp)('prints what is written there: %s', async (document) => {
    const { folder } = projectOf(document);
    const port = await freePort();
    const app = join(folder, 'app.ts');
    const original = readFileSync(app, 'utf8');
    expect(original).toContain('listen(3000)');
    writeFileSync(app, original.replace('listen(3000)', `listen(${port})`));
    const blocks = blocksOf(document, 'console');
    expect(blocks.length).toBeGreaterThan(0);
    for (const { text } of blocks) {
      const stop = await start(app, port);
      try {
        expect(follow(text.replaceAll(':3000', `:${port}`), folder)).toBe(text.replaceAll(':3000', `:${port}`));
      } finally {
        await stop();
      }
    }
  });
});

const parsed = new Map<string, ts.SourceFile | undefined>();

/** Parses what both programs need, the libraries' types most of all, once. */
function hostFor(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const parse = host.getSourceFile.bind(host);
  host.getSourceFile = (file, ...how) => {
    if (!parsed.has(file)) parsed.set(file, parse(file, ...how));
    return parsed.get(file);
  };
  return host;
}

/** Runs the commands of a console block, and writes the block with what they really print. */
function follow(block: string, cwd: string): string {
  const commands = [...block.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command ?? '');
  return commands
    .map((command) => {
      const { stdout, stderr } = spawnSync('sh', ['-c', command], { cwd, encoding: 'utf8', timeout: 60_000 });
      return `$ ${command}\n${stdout.trimEnd()}${stderr}\n`;
    })
    .join('');
}

async function start(app: string, port: number): Promise<() => Promise<void>> {
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
  const child = spawn(process.execPath, ['--import', tsx, app], {
    cwd: dirname(app),
    env: { ...process.env, NODE_ENV: 'development', SESSION_SECRET: 'Vq3ZsT7nJx0LpR5uYb2WkGd9FhMc6Ea1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended:\n${said}`);
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) break;
    await new Promise((done) => setTimeout(done, 20)); // nothing tells that another process listens
  }
  return async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL'); // what was stored is stored, however the process ends
    await exit;
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the documents', () => {
  it('name only npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    for (const document of documents) {
      for (const [command, name = 'test'] of read(document).matchAll(/\bnpm (?:test\b|run (?:--silent )?([\w:-]+))/g)) {
        expect(scripts, `${document}: ${command}`).toHaveProperty([name]);
      }
    }
  });

  it('link only to files and headings that there are', () => {
    for (const document of documents) {
      for (const [, target = ''] of withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? document : relative(root, join(root, dirname(document), path));
        expect(existsSync(join(root, file)), `${document}: ${target}`).toBe(true);
        if (anchor !== undefined) expect(anchorsOf(file), `${document}: ${target}`).toContain(anchor);
      }
    }
  });

  it('name only files of the repository that there are', () => {
    for (const document of documents) {
      for (const [, path = ''] of read(document).matchAll(
        /`((?:lib|spec|scripts|examples|type-tests|docs)\/[\w./-]+)`/g,
      )) {
        expect(existsSync(join(root, path)) || path === 'docs/api', `${document}: ${path}`).toBe(true);
      }
    }
  });
});

describe('the reference', () => {
  const { SessionError } = library;
  const classes = Object.values(library).filter(
    (value) => typeof value === 'function' && value.prototype instanceof SessionError,
  ) as unknown as (new (...args: unknown[]) => library.SessionError)[]; // the filter lets only these pass
  // What each makes of its arguments does not matter here, but these two take a message first.
  const takesMessage: readonly unknown[] = [library.SessionNotLoadedError, library.SessionValidationError];
  const errors = classes.map((Class) => new Class(takesMessage.includes(Class) ? 'x' : ['x'], []));

  it('docs/reference/errors.md has every error with its page, its code, its status and whether it may be shown', () => {
    expect(errors.length).toBeGreaterThan(7);
    const text = unpadded(read('docs/reference/errors.md'));
    for (const { name, code, status, expose } of errors) {
      const link = `[\`${name}\`](errors/${pageOf(code)})`;
      expect(text).toContain(`| ${link} | \`${code}\` | ${status} | ${expose ? 'yes' : 'no'} |`);
    }
  });

  it('every error code has a page, which names its class and its status, and no other page is beside them', () => {
    for (const { name, code, status } of errors) {
      const [heading, , facts = ''] = read(`docs/reference/errors/${pageOf(code)}`).split('\n');
      expect(heading).toBe(`# \`${code}\``);
      expect(facts).toContain(`\`${name}\` · status ${String(status)} · `);
    }
    expect(readdirSync(join(root, 'docs/reference/errors')).sort()).toEqual(
      errors.map(({ code }) => pageOf(code)).sort(),
    );
  });

  it('every error leads to its page by its own property help, and one that clients must not see also by its message', () => {
    for (const error of errors) {
      expect(error.help).toBe(
        `https://github.com/typed-session/typed-session/blob/main/docs/reference/errors/${pageOf(error.code)}`,
      );
      expect(inspect(error)).toContain(`help: '${error.help}'`);
      expect(error.message.includes('https://'), error.message).toBe(!error.expose);
      if (!error.expose) expect(error.message).toMatch(/[^.]\. See https:\S+\.md$/);
    }
  });

  it('has every event', () => {
    const channels = [...read('lib/events.ts').matchAll(/channel\('(typed-session:[\w-]+)'\)/g)].map(
      ([, name]) => name,
    );
    expect(channels.length).toBeGreaterThan(9);
    const text = unpadded(read('docs/reference/events.md'));
    for (const channel of channels) expect(text).toContain(`| \`${channel ?? ''}\` |`);
  });
});

/** The file of the page about an error. */
function pageOf(code: string): string {
  return `${code.toLowerCase().replaceAll('_', '-')}.md`;
}

/** Without what aligns the columns of tables. */
function unpadded(text: string): string {
  return text.replace(/ +\|/g, ' |');
}

function withoutCode(text: string): string {
  return text.replace(/^```.*?^```$/gms, '');
}

/** The anchors that GitHub gives to a document's headings. */
function anchorsOf(document: string): string[] {
  return [...withoutCode(read(document)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}
