import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { SessionRecord, SessionStore } from '../../stores/store-contract.js';
import { examples, type CommandContext } from '../command-context.js';
import { ProgressLine } from '../maintenance/progress-line.js';
import { numberOption } from '../number-option.js';
import { count, paint, print, printJson, type ExitCode, type Terminal } from '../terminal.js';
import { openPlace } from './native-store.js';
import { STORE_ARGUMENT } from './verify-command.js';

interface BenchOptions {
  readonly sessions: string;
  readonly concurrency: string;
  readonly size: string;
  readonly json?: true;
}

const HOUR = 60 * 60 * 1000;

export function addBench(store: Command, { terminal, action }: CommandContext): void {
  store
    .command('bench')
    .summary('measure the commands of a store on your server')
    .description(
      "Measures each command of the store of typed-session for your server, from this machine, with the app's own driver. It works under a prefix, table, collection, or file of its own, which it removes afterwards.",
    )
    .argument('<url>', STORE_ARGUMENT)
    .option('--sessions <number>', 'how many sessions are stored, and how often each command is sent', '2000')
    .option('--concurrency <number>', 'how many commands are sent at the same time', '20')
    .option('--size <bytes>', 'how large the payload of a session is', '500')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['store bench redis://localhost:6379', 'measure a Redis'],
        ['store bench postgres://db.internal/shop --concurrency 100', 'measure a PostgreSQL under load'],
      ),
    )
    .action(action((url: string, options: BenchOptions) => bench(terminal, url, options)));
}

/** What was measured of one command. */
interface Measurement {
  readonly command: string;
  readonly perSecond: number;
  /** In milliseconds, as `p99`. */
  readonly p50: number;
  readonly p99: number;
}

async function bench(terminal: Terminal, url: string, options: BenchOptions): Promise<ExitCode> {
  const sessions = numberOption('--sessions', options.sessions, { least: 1, most: 1_000_000 });
  const concurrency = numberOption('--concurrency', options.concurrency, { least: 1, most: 10_000 });
  const size = numberOption('--size', options.size, { least: 2, most: 1_000_000 });
  const place = await openPlace(terminal, url);
  const measured: Measurement[] = [];
  try {
    const store = place.open();
    const keys = Array.from({ length: sessions }, () => `bench:${randomBytes(32).toString('base64url')}`);
    const line = new ProgressLine(terminal, undefined);
    await store.read('bench:warm-up'); // connects
    for (const [command, run] of commandsOf(store, size)) {
      line.show(0, command);
      measured.push({ command, ...(await measure(keys, concurrency, run)) });
      line.end();
    }
    await store.close?.();
  } finally {
    await place.remove();
  }
  if (options.json === true) printJson(terminal, { store: place.title, sessions, concurrency, size, commands: measured });
  else printTable(terminal, `${place.title}, ${count(sessions)} sessions of ${count(size)} bytes, ${String(concurrency)} at a time`, measured); // prettier-ignore
  return 0;
}

type Run = (key: string) => Promise<unknown>;

/** The commands in the order of a session's life. */
function commandsOf(store: SessionStore, size: number): [string, Run][] {
  const data = JSON.stringify({ p: 'x'.repeat(Math.max(0, size - 8)) });
  const record = (revision: number): SessionRecord => {
    const now = Date.now();
    return { data, revision, schemaVersion: 0, createdAt: now, expiresAt: now + HOUR };
  };
  return [
    ['create', (key) => store.create(key, record(1))],
    ['read', (key) => store.read(key)],
    ['update', (key) => store.update(key, record(2), 1)],
    ['touch', (key) => store.touch(key, Date.now() + 2 * HOUR, 2)],
    ['delete', (key) => store.delete(key)],
  ];
}

async function measure(keys: readonly string[], concurrency: number, run: Run): Promise<Omit<Measurement, 'command'>> {
  const times: number[] = [];
  const left = keys.values();
  const worker = async (): Promise<void> => {
    for (const key of left) {
      const before = performance.now();
      await run(key);
      times.push(performance.now() - before);
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const elapsed = performance.now() - started;
  times.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 1000) / 1000; // prettier-ignore
  return { perSecond: Math.round((keys.length / elapsed) * 1000), p50: at(0.5), p99: at(0.99) };
}

function printTable(terminal: Terminal, title: string, measured: readonly Measurement[]): void {
  print(terminal, paint(terminal, 'bold', title));
  print(
    terminal,
    `  ${'command'.padEnd(8)}${'per second'.padStart(12)}${'p50, ms'.padStart(10)}${'p99, ms'.padStart(10)}`,
  );
  for (const { command, perSecond, p50, p99 } of measured) {
    print(
      terminal,
      `  ${command.padEnd(8)}${count(perSecond).padStart(12)}${p50.toFixed(2).padStart(10)}${p99.toFixed(2).padStart(10)}`,
    );
  }
}
