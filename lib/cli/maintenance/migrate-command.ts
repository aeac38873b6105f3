import type { Command } from 'commander';
import type { SessionSchema } from '../../schema/payload-types.js';
import { migrateAll, migrated } from '../../sessions/migrate-all.js';
import type { SessionConfig } from '../../sessions/session-config.js';
import type { MigrationProgress } from '../../sessions/stored-sessions.js';
import { examples, type CommandContext } from '../command-context.js';
import { loadSessions } from '../load-sessions.js';
import { numberOption } from '../number-option.js';
import { count, plural, type ExitCode, type Terminal } from '../terminal.js';
import { ProgressLine, sizeOf } from './progress-line.js';
import { interrupted, reportRun } from './resumable.js';

interface MigrateOptions {
  readonly name?: string;
  readonly cursor?: string;
  readonly pageSize: string;
  readonly dryRun?: true;
  readonly json?: true;
}

type Config = SessionConfig<SessionSchema>;

export function addMigrate(program: Command, { terminal, action }: CommandContext): void {
  program
    .command('migrate')
    .summary('bring all stored sessions to the current version of the schema')
    .description(
      'Migrates every stored session now, instead of each at its next request, and files it under its principal. Run it before you delete an old migration. It is safe while the app runs. Ends with 1 if the schema or a migration refuses a session; such a session stays as it is.',
    )
    .argument('<module>', 'the module that exports the sessions')
    .option('--name <cookie>', 'the name of the cookie, if the module exports several sessions')
    .option('--cursor <cursor>', 'continue the run that printed this cursor')
    .option('--page-size <number>', 'how many sessions are held in memory at a time', '100')
    .option('--dry-run', 'only count')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['migrate ./dist/session.js --dry-run', 'see how many sessions would change'],
        ['migrate ./dist/session.js', 'migrate them'],
        ["migrate ./dist/session.js --cursor 'shop:q7…'", 'continue a run that was stopped'],
      ),
    )
    .action(action((module: string, options: MigrateOptions) => migrate(terminal, module, options)));
}

async function migrate(terminal: Terminal, module: string, options: MigrateOptions): Promise<ExitCode> {
  const pageSize = numberOption('--page-size', options.pageSize, { least: 1 });
  const { config } = await loadSessions(terminal, module, options.name);
  const line = new ProgressLine(terminal, options.cursor === undefined ? await sizeOf(config.givenStore) : undefined);
  const resume = resumeLine('migrate', module, options);
  let last: MigrationProgress = { seen: 0, migrated: 0, refused: 0, cursor: options.cursor };
  const onProgress = (progress: MigrationProgress): void => {
    last = progress;
    line.show(progress.seen, `${count(progress.migrated)} migrated`);
  };
  try {
    const run = options.dryRun === true ? countMigrations : migrateAll;
    await run(config, { cursor: options.cursor, pageSize, onProgress, signal: terminal.signal });
  } catch (error) {
    throw interrupted(terminal, error, resume, last.cursor);
  } finally {
    line.end();
  }
  const { cursor, ...counts } = last;
  const verb = options.dryRun === true ? 'would be migrated' : 'migrated';
  const refused =
    counts.refused === 0 ? '' : `, ${plural(counts.refused, 'session')} refused by the schema or a migration`;
  const summary = `${plural(counts.seen, 'session')} seen, ${count(counts.migrated)} ${verb}${refused}`;
  const code = reportRun(terminal, { isJson: options.json === true, resume }, { cursor, counts }, summary);
  return counts.refused > 0 ? 1 : code;
}

/** The command line that continues a run, without its cursor. */
export function resumeLine(
  command: string,
  module: string,
  { name, dryRun }: { readonly name?: string; readonly dryRun?: true },
): string {
  // prettier-ignore
  return `${command} ${module}${name === undefined ? '' : ` --name ${name}`}${dryRun === true ? ' --dry-run' : ''}`;
}

/** What `migrateAll` would do, without a write. */
async function countMigrations(
  config: Config,
  options: Required<Pick<Parameters<typeof migrateAll>[1] & object, 'cursor' | 'pageSize' | 'signal'>> & {
    readonly onProgress: (progress: MigrationProgress) => void;
  },
): Promise<void> {
  let progress: MigrationProgress = { seen: 0, migrated: 0, refused: 0, cursor: options.cursor };
  do {
    const { entries, next } = await config.store.scan(progress.cursor, options.pageSize ?? 100);
    const outcomes = entries.map(([, record]) => migrated(config, record));
    progress = {
      seen: progress.seen + entries.length,
      migrated: progress.migrated + outcomes.filter((outcome) => typeof outcome !== 'string').length,
      refused: progress.refused + outcomes.filter((outcome) => outcome === 'refused').length,
      cursor: next,
    };
    options.onProgress(progress);
  } while (progress.cursor !== undefined && options.signal?.aborted !== true);
}
