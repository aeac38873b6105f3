// What the types cost the compiler: a schema of 100 fields on 3 levels and 200 handlers behind guards, against the same
// handlers on a bare z.infer of the same schema. Prints `tsc --extendedDiagnostics` of both. With --write, keeps the
// instantiations in bench/types.json; with --check, fails where they are not exactly those. Times gate nothing.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const HANDLERS = 200;

/** 10 groups of 5 plain fields, one list and one group of 4 deeper ones: 100 fields that hold a value, on 3 levels. */
function schema() {
  const groups = Array.from({ length: 10 }, (_, group) => {
    const plain = Array.from({ length: 5 }, (_, i) => `    text${i}: z.string().optional(),`);
    return [
      `  group${group}: z.object({`,
      ...plain,
      `    deep: z.object({ a: z.string(), b: z.int(), c: z.boolean(), d: z.enum(['x', 'y']) }).optional(),`,
      `  }).optional(),`,
      `  name${group}: z.string().optional(),`,
    ].join('\n');
  });
  return `export const schema = z.object({\n${groups.join('\n')}\n});\n`;
}

const body = (i) => {
  const group = i % 10;
  return [
    `  const name: string = req.session.name${group};`,
    `  req.session.group${group} = { text0: name, deep: { a: name, b: ${i}, c: true, d: 'x' } };`,
    `  res.json(req.session.group${group}.deep?.d);`,
  ].join('\n');
};
const handlers = (one) => Array.from({ length: HANDLERS }, (_, i) => one(i)).join('\n');

/** The two programs, which differ in where the type of `req.session` comes from. */
const programs = {
  'z.infer': `import express, { type Request, type Response } from 'express';
import { z } from 'zod';
${schema()}
type Payload = z.infer<typeof schema>;
interface Behind<F extends keyof Payload> extends Request { session: Payload & { [K in F]-?: NonNullable<Payload[K]> } }
const app = express();
const guard = <F extends keyof Payload>(...fields: F[]) => (req: Request, res: Response, next: () => void) => { void fields; void req; void res; next(); };
${handlers((i) => `app.get('/${i}', guard('name${i % 10}'), (request, res) => {\n  const req = request as Behind<'name${i % 10}'>;\n${body(i)}\n});`)}
`,
  'typed-session': `import express from 'express';
import { requireSession, session } from 'typed-session';
import { z } from 'zod';
${schema()}
declare module 'typed-session' { interface Register { schema: typeof schema } }
const app = express();
app.use(session({ schema, secret: 's' }));
${handlers((i) => `app.get('/${i}', requireSession('name${i % 10}'), (req, res) => {\n${body(i)}\n});`)}
`,
};

/**
 * Compiles a program against the declarations in dist, as an app would.
 * @returns {{ instantiations: number, types: number, seconds: number }}
 */
function measure(source) {
  const folder = mkdtempSync(join(tmpdir(), 'typed-session-types-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(folder, 'app.ts'), source);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          target: 'es2022',
          module: 'nodenext',
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: true,
          noEmit: true,
          paths: { 'typed-session': [join(root, 'dist/index.d.ts')] },
        },
        files: ['app.ts'],
      }),
    );
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const said = execFileSync(process.execPath, [tsc, '-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' });
    const figure = (name) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(said)?.[1]);
    return { instantiations: figure('Instantiations'), types: figure('Types'), seconds: figure('Check time') };
  } catch (error) {
    throw new Error(`tsc: ${error.stdout ?? error.message}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const kept = join(root, 'bench/types.json');
const version = (name) => JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
const found = { typescript: version('typescript'), zod: version('zod'), instantiations: {} };
console.log(`${HANDLERS} handlers, a schema of 100 fields on 3 levels`);
for (const [name, source] of Object.entries(programs)) {
  const { instantiations, types, seconds } = measure(source);
  found.instantiations[name] = instantiations;
  console.log(`${name.padEnd(14)} ${instantiations} instantiations, ${types} types, check ${seconds} s`);
}
const text = `${JSON.stringify(found, undefined, 2)}\n`;
if (process.argv.includes('--write')) writeFileSync(kept, text);
if (process.argv.includes('--check') && text !== readFileSync(kept, 'utf8')) {
  console.error(
    `bench/types.json says otherwise. If it is meant to change: node bench/types.mjs --write. Found:\n${text}`,
  );
  process.exitCode = 1;
}
