import type { Command } from 'commander';
import { examples, type CommandContext } from '../command-context.js';
import { ProblemError } from '../command-errors.js';
import { ProgressLine } from '../maintenance/progress-line.js';
import { numberOption } from '../number-option.js';
import { plural, printJson, type ExitCode, type Terminal } from '../terminal.js';
import { isLongLived, lossesOf, type Sample } from './losses.js';
import { schemaCode } from './schema-code.js';
import { Shape } from './shape.js';
import { storedValues } from './stored-values.js';

interface InferOptions {
  readonly limit: string;
  readonly prefix: string;
  readonly table: string;
  readonly collection: string;
  readonly js?: true;
  readonly json?: true;
}

export function addSchema(program: Command, { terminal, action }: CommandContext): void {
  const schema = program
    .command('schema')
    .summary('propose a schema')
    .description('Tools for the schema of a session.');
  schema
    .command('infer')
    .summary('propose a schema from the stored sessions of an express-session app')
    .description(
      "Reads stored sessions of an express-session app, and prints a zod schema as TypeScript, with the number of sessions that have each field and with what would be lost. It uses the app's own driver, writes nothing to the store, and never prints a value. Keys that look like data, such as ids, are not printed either.",
    )
    .argument(
      '<source>',
      'redis:// (connect-redis), postgres:// (connect-pg-simple), mongodb:// (connect-mongo), or the folder of session-file-store',
    )
    .option('--limit <number>', 'how many sessions are read at most', '5000')
    .option('--prefix <prefix>', 'the prefix of the keys in Redis', 'sess:')
    .option('--table <table>', 'the table in PostgreSQL', 'session')
    .option('--collection <collection>', 'the collection in MongoDB', 'sessions')
    .option('--js', 'print JavaScript, without the types')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['schema infer redis://localhost:6379 > src/session-schema.ts', 'from connect-redis'],
        ['schema infer postgres://localhost/shop --table user_sessions', 'from connect-pg-simple'],
        ['schema infer ./sessions', 'from the files of session-file-store'],
      ),
    )
    .action(action((source: string, options: InferOptions) => infer(terminal, source, options)));
}

async function infer(terminal: Terminal, source: string, options: InferOptions): Promise<ExitCode> {
  const limit = numberOption('--limit', options.limit, { least: 1, most: 1_000_000 });
  const sample: Sample = { shape: new Shape(), unreadable: 0, longLived: 0 };
  const line = new ProgressLine(terminal, limit);
  try {
    for await (const value of storedValues(terminal, source, { ...options, limit })) {
      addTo(sample, value);
      line.show(sample.shape.total + sample.unreadable, 'sessions read');
      if (terminal.signal.aborted) break; // what was read is enough for a proposal
    }
  } finally {
    line.end();
  }
  if (sample.shape.total === 0) throw new ProblemError(nothingFound(sample));
  const losses = lossesOf(sample);
  const code = schemaCode(sample.shape, options.js !== true);
  const { total, fields } = sample.shape;
  if (options.json === true) {
    const counts = Object.fromEntries([...fields].map(([name, field]) => [name, field.total]));
    printJson(terminal, { sessions: total, unreadable: sample.unreadable, fields: counts, losses, schema: code });
  } else terminal.write(`${headOf(total, losses)}${code}`);
  if (options.json !== true && losses.length > 0)
    terminal.writeError(`${plural(losses.length, 'decision')} to make: see the comment at the top.\n`);
  return 0;
}

/** Adds a stored value: an object, or its text. */
function addTo(sample: Sample, value: unknown): void {
  const session = typeof value === 'string' ? parsed(value) : value;
  if (typeof session !== 'object' || session === null || !('cookie' in session)) {
    sample.unreadable++; // every session of express-session has a cookie
    return;
  }
  const { cookie, __lastAccess: _access, ...payload } = session as { cookie: unknown; __lastAccess?: unknown };
  sample.shape.add(payload);
  if (typeof cookie === 'object' && cookie !== null && isLongLived(cookie)) sample.longLived++;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nothingFound({ unreadable }: Sample): string {
  return unreadable > 0
    ? `none of ${plural(unreadable, 'stored value')} is a session of express-session: check the prefix, table, or collection; encrypted sessions cannot be read`
    : 'no session is stored there: check the prefix, table, or collection';
}

function headOf(total: number, losses: readonly string[]): string {
  const lines = [
    `Proposed by typed-session schema infer from ${plural(total, 'stored session')} of express-session.`,
    "Formats such as z.uuid() and z.int() hold for all of them, but this is a sample: use onInvalid: 'repair' at first.",
    ...(losses.length === 0
      ? ['Nothing would be lost.']
      : ['', 'What would be lost, and what you have to decide:', ...losses.map((loss) => `- ${loss}`)]),
  ];
  return `${lines.map((line) => `// ${line}`.trimEnd()).join('\n')}\n`;
}
