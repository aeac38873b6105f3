import type { Command } from 'commander';
import type { SessionSchema } from '../../schema/payload-types.js';
import { listSessions, revokeSessions } from '../../sessions/principals.js';
import type { SessionConfig } from '../../sessions/session-config.js';
import { endRecord } from '../../sessions/session-records.js';
import { examples, type CommandContext } from '../command-context.js';
import { UsageError } from '../command-errors.js';
import { loadSessions, type LoadedSessions } from '../load-sessions.js';
import { numberOption } from '../number-option.js';
import { count, plural, print, printJson, type ExitCode, type Terminal } from '../terminal.js';
import { resumeLine } from './migrate-command.js';
import { ProgressLine, sizeOf } from './progress-line.js';
import { interrupted, reportRun } from './resumable.js';

interface RevokeOptions {
  readonly principal?: string;
  readonly all?: true;
  readonly yes?: true;
  readonly name?: string;
  readonly cursor?: string;
  readonly pageSize: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function addRevoke(program: Command, { terminal, action }: CommandContext): void {
  program
    .command('revoke')
    .summary('end the sessions of one user, or of everybody')
    .description(
      'Ends stored sessions. A request that is using one of them still gets its response, but stores nothing more. --all also ends the sessions that belong to nobody, such as carts.',
    )
    .argument('<module>', 'the module that exports the sessions')
    .option(
      '--principal <principal>',
      'end the sessions of this principal: the value of the field that the option principal names',
    )
    .option('--all', 'end all sessions of this middleware')
    .option('--yes', 'needed with --all, unless --dry-run is given')
    .option('--name <cookie>', 'the name of the cookie, if the module exports several sessions')
    .option('--cursor <cursor>', 'continue the run of --all that printed this cursor')
    .option('--page-size <number>', 'how many sessions are ended at a time', '100')
    .option('--dry-run', 'only count')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['revoke ./dist/session.js --principal u1', 'log a user out everywhere'],
        ['revoke ./dist/session.js --all --dry-run', 'see how many sessions there are'],
        ['revoke ./dist/session.js --all --yes', 'log everybody out, for example after a secret has leaked'],
      ),
    )
    .action(action((module: string, options: RevokeOptions) => revoke(terminal, module, options)));
}

async function revoke(terminal: Terminal, module: string, options: RevokeOptions): Promise<ExitCode> {
  const { principal, all } = options;
  if ((principal === undefined) === (all === undefined)) {
    throw new UsageError('revoke takes either --principal <principal> or --all');
  }
  if (principal === '') throw new UsageError('--principal is empty: whose sessions are meant?');
  if (all === true && options.yes !== true && options.dryRun !== true) {
    throw new UsageError('--all logs everybody out: add --yes, or --dry-run to see how many sessions there are');
  }
  const loaded = await loadSessions(terminal, module, options.name);
  return principal === undefined
    ? revokeAll(terminal, module, loaded, options)
    : revokePrincipal(terminal, loaded, principal, options);
}

async function revokePrincipal(
  terminal: Terminal,
  { config }: LoadedSessions,
  principal: string,
  { dryRun, json }: RevokeOptions,
): Promise<ExitCode> {
  const ended = dryRun === true ? (await listSessions(config, principal, undefined)).length : await revokeSessions(config, principal, undefined); // prettier-ignore
  if (json === true) printJson(terminal, { done: true, [dryRun === true ? 'found' : 'revoked']: ended });
  else print(terminal, `${plural(ended, 'session')} ${dryRun === true ? 'would be ended' : 'ended'}`);
  return 0;
}

async function revokeAll(
  terminal: Terminal,
  module: string,
  { config }: LoadedSessions,
  options: RevokeOptions,
): Promise<ExitCode> {
  const pageSize = numberOption('--page-size', options.pageSize, { least: 1 });
  const isDry = options.dryRun === true;
  const resume = `${resumeLine('revoke', module, options)} --all${isDry ? '' : ' --yes'}`;
  const line = new ProgressLine(terminal, options.cursor === undefined ? await sizeOf(config.givenStore) : undefined);
  let { cursor } = options;
  let ended = 0;
  try {
    do {
      const page = await endPage(config, cursor, pageSize, isDry);
      ended += page.ended;
      cursor = page.next;
      line.show(ended, `${count(ended)} ended`);
    } while (cursor !== undefined && !terminal.signal.aborted);
  } catch (error) {
    throw interrupted(terminal, error, resume, cursor);
  } finally {
    line.end();
  }
  const summary = `${plural(ended, 'session')} ${isDry ? 'would be ended' : 'ended'}`;
  const counts = { [isDry ? 'found' : 'revoked']: ended };
  return reportRun(terminal, { isJson: options.json === true, resume }, { cursor, counts }, summary);
}

/** Ends the sessions of one page. What a rotation left behind is ended too, so that no old id forwards to a session. */
async function endPage(
  { store }: SessionConfig<SessionSchema>,
  cursor: string | undefined,
  pageSize: number,
  isDry: boolean,
): Promise<{ readonly ended: number; readonly next: string | undefined }> {
  const { entries, next } = await store.scan(cursor, pageSize);
  if (!isDry) await Promise.all(entries.map(([key, record]) => endRecord(store, key, record)));
  return { ended: entries.filter(([, { forwardTo }]) => forwardTo === undefined).length, next };
}
