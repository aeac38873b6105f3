import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type ts from 'typescript';
import { appPackage } from '../app-package.js';
import { examples, type CommandContext } from '../command-context.js';
import { UsageError } from '../command-errors.js';
import { paint, plural, print, printJson, type ExitCode, type Terminal } from '../terminal.js';
import { applyEdits, diffOf, type Edit, type Leftover } from './edits.js';
import { OLD } from './module-names.js';
import { rewriteFile, type SchemaImport } from './rewrite-file.js';
import { sourceFiles } from './source-files.js';

interface CodemodOptions {
  readonly schema?: string;
  readonly schemaExport: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function addCodemod(program: Command, { terminal, action }: CommandContext): void {
  const codemod = program
    .command('codemod')
    .summary('change the source of an app')
    .description('Changes the source of an app.');
  codemod
    .command('express-session')
    .summary('replace express-session')
    .description(
      `Replaces express-session in a source tree. Without --schema, imports change to the drop-in, which behaves the same. With --schema, session() of typed-session is called, with your schema and the same cookie. What the command cannot decide is listed, with file and line. It parses with the app's own typescript, changes only what has to change, and keeps all other formatting.`,
    )
    .argument(
      '<path>',
      'the folder or file to change; node_modules, dist, build, out, coverage, and vendor are left alone',
    )
    .option('--schema <file>', 'the module with your schema, such as the output of typed-session schema infer')
    .option('--schema-export <name>', 'the name of its export', 'sessionSchema')
    .option('--dry-run', 'print the changes, and write nothing')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['codemod express-session src --dry-run', 'see what changing to the drop-in would do'],
        ['codemod express-session src', 'change to the drop-in'],
        ['codemod express-session src --schema src/session-schema.ts', 'change to session(), with a schema'],
      ),
    )
    .action(action((path: string, options: CodemodOptions) => rewrite(terminal, path, options)));
}

/** What happens to one file. */
interface Change {
  readonly file: string;
  readonly source: string;
  readonly edits: readonly Edit[];
  readonly left: readonly Leftover[];
}

async function rewrite(terminal: Terminal, path: string, options: CodemodOptions): Promise<ExitCode> {
  const schemaFile = options.schema === undefined ? undefined : resolve(terminal.cwd, options.schema);
  if (!/^[A-Za-z_$][\w$]*$/.test(options.schemaExport))
    throw new UsageError('--schema-export must be the name of an export');
  const files = sourceFiles(resolve(terminal.cwd, path), path).filter((file) => file !== schemaFile);
  const typescript = (await appPackage(terminal, 'typescript')).exports as unknown as typeof ts; // what the package exports
  const schema = schemaFile === undefined ? undefined : schemaImport(typescript, schemaFile, options.schemaExport);
  const changes: Change[] = [];
  for (const file of files) {
    const source = readFileSync(file, 'utf8');
    if (schema === undefined ? !source.includes(OLD) : !source.includes('session')) continue;
    const parsed = typescript.createSourceFile(file, source, typescript.ScriptTarget.Latest, true);
    const rewritten = rewriteFile(typescript, parsed, schema);
    if (rewritten !== undefined) changes.push({ file: relative(terminal.cwd, file) || file, source, ...rewritten });
  }
  if (options.dryRun !== true) {
    for (const { file, source, edits } of changes) {
      if (edits.length > 0) writeFileSync(resolve(terminal.cwd, file), applyEdits(source, edits));
    }
  }
  report(terminal, changes, options);
  return 0;
}

/** The import of the schema, as each file has to write it. */
function schemaImport(typescript: typeof ts, file: string, name: string): SchemaImport {
  return {
    name,
    specifier: (source) => {
      const path = relative(dirname(source.fileName), file).replaceAll('\\', '/');
      const local = path.startsWith('.') ? path : `./${path}`;
      const others = source.statements.flatMap((one) =>
        typescript.isImportDeclaration(one) && typescript.isStringLiteral(one.moduleSpecifier)
          ? [one.moduleSpecifier.text]
          : [],
      );
      const relatives = others.filter((one) => one.startsWith('.'));
      if (relatives.some((one) => one.endsWith('.ts'))) return local;
      const isEsm =
        /\.m[jt]s$/.test(source.fileName) ||
        (relatives.length > 0
          ? relatives.some((one) => one.endsWith('.js'))
          : others.length > 0 && isModule(source.fileName));
      return local.replace(/\.([cm]?)[jt]sx?$/, isEsm ? '.$1js' : '');
    },
  };
}

/** Whether the package of a file consists of ES modules, which name other files with their extensions. */
function isModule(file: string): boolean {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (existsSync(path)) return /"type"\s*:\s*"module"/.test(readFileSync(path, 'utf8'));
    if (folder === dirname(folder)) return false;
  }
}

function report(terminal: Terminal, changes: readonly Change[], { dryRun, json, schema }: CodemodOptions): void {
  const changed = changes.filter(({ edits }) => edits.length > 0);
  const left = changes.flatMap(({ file, left: here }) => here.map((one) => ({ file, ...one })));
  if (json === true) {
    printJson(terminal, {
      written: dryRun !== true,
      changed: changed.map(({ file, edits }) => ({ file, edits: edits.length })),
      left,
    });
    return;
  }
  for (const { file, source, edits } of changed) {
    print(terminal, paint(terminal, 'bold', file));
    for (const line of diffOf(source, edits))
      print(terminal, `  ${paint(terminal, line.startsWith('+') ? 'green' : 'red', line)}`);
  }
  print(terminal, `${plural(changed.length, 'file')} ${dryRun === true ? 'would change' : 'changed'}`);
  if (left.length > 0) {
    print(terminal, `\nLeft to you:`);
    for (const { file, line, message } of left) print(terminal, `  ${file}:${String(line)}  ${message}`);
  }
  if (changed.length > 0) print(terminal, `\n${schema === undefined ? AFTER_DROP_IN : AFTER_SCHEMA}`);
}

const AFTER_DROP_IN =
  'Next: run the tests of the app. Keep the package express-session installed if your store imports it (connect-redis, connect-mongo, and connect-pg-simple do).';
const AFTER_SCHEMA =
  "Next: run the compiler, which finds every field that the schema lacks, and the tests. Once no 'typed-session:invalid' event is published, remove onInvalid: 'repair'.";
