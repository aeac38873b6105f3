import type { Command } from 'commander';
import { isError } from '../../realms.js';
import { storeConformance } from '../../testing/conformance.js';
import { examples, type CommandContext } from '../command-context.js';
import { ProgressLine } from '../maintenance/progress-line.js';
import { numberOption } from '../number-option.js';
import { paint, print, printJson, type ExitCode, type Terminal } from '../terminal.js';
import { openPlace } from './native-store.js';

interface VerifyOptions {
  readonly sessions: string;
  readonly json?: true;
}

export const STORE_ARGUMENT = 'redis://, postgres://, mongodb://, or the path of an SQLite file';

export function addVerify(store: Command, { terminal, action }: CommandContext): void {
  store
    .command('verify')
    .summary('run the conformance suite against a server')
    .description(
      "Runs the conformance suite of typed-session/testing against your server, with the store of typed-session for it and the app's own driver. It works under a prefix, table, collection, or file of its own, which it removes afterwards. Ends with 1 if a case fails.",
    )
    .argument('<url>', STORE_ARGUMENT)
    .option('--sessions <number>', 'how many sessions the case of many sessions stores', '10000')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['store verify redis://localhost:6379', 'check a Redis, or something that speaks its protocol'],
        ['store verify postgres://localhost/shop', 'check a PostgreSQL'],
        ['store verify ./data/sessions.db', 'check SQLite on this disk'],
      ),
    )
    .action(action((url: string, options: VerifyOptions) => verify(terminal, url, options)));
}

interface Result {
  readonly title: string;
  readonly ok: boolean;
  readonly message?: string;
}

async function verify(terminal: Terminal, url: string, options: VerifyOptions): Promise<ExitCode> {
  const sessions = numberOption('--sessions', options.sessions, { least: 1, most: 10_000_000 });
  const place = await openPlace(terminal, url);
  const results: Result[] = [];
  const line = new ProgressLine(terminal, undefined);
  try {
    const cases = storeConformance({ open: place.open, without: place.without, sessions });
    if (options.json !== true) print(terminal, paint(terminal, 'bold', place.title));
    for (const { title, run } of cases) {
      if (terminal.signal.aborted) break;
      line.show(results.length, `${String(results.length + 1)} of ${String(cases.length)}: ${title}`);
      const result = await resultOf(title, run);
      line.end();
      results.push(result);
      if (options.json !== true) printResult(terminal, result);
    }
  } finally {
    line.end();
    await place.remove();
  }
  const failed = results.filter(({ ok }) => !ok);
  if (options.json === true)
    printJson(terminal, { store: place.title, passed: results.length - failed.length, failed });
  else print(terminal, `\n${String(results.length - failed.length)} passed, ${String(failed.length)} failed`);
  return failed.length > 0 || terminal.signal.aborted ? 1 : 0;
}

/** The keys and payloads of the cases are generated, so an error of a case may be shown whole. */
async function resultOf(title: string, run: () => Promise<void>): Promise<Result> {
  try {
    await run();
    return { title, ok: true };
  } catch (error) {
    return { title, ok: false, message: isError(error) ? error.message : 'it threw something other than an error' };
  }
}

function printResult(terminal: Terminal, { title, ok, message }: Result): void {
  print(terminal, `  ${ok ? paint(terminal, 'green', '✔') : paint(terminal, 'red', '✖')} ${title}`);
  if (message !== undefined) print(terminal, `    ${message.replaceAll('\n', '\n    ')}`);
}
