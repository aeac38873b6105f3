import type { Command } from 'commander';
import { serverOf, type StoreServer } from '../../stores/store-server.js';
import type { SessionStore } from '../../stores/store-contract.js';
import { examples, type CommandContext } from '../command-context.js';
import { partsOf } from '../doctor/store-findings.js';
import { loadSessions } from '../load-sessions.js';
import { plural, print, printJson, type ExitCode, type Terminal } from '../terminal.js';

interface PruneOptions {
  readonly name?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function addPrune(program: Command, { terminal, action }: CommandContext): void {
  program
    .command('prune')
    .summary('remove expired sessions from a store that does not do it by itself')
    .description(
      'Removes expired sessions. PostgresStore and SqliteStore also do it by themselves, once a minute, unless pruneInterval is 0. Redis and MongoDB remove them on the server. A run that was stopped needs no cursor: start it again.',
    )
    .argument('<module>', 'the module that exports the sessions')
    .option('--name <cookie>', 'the name of the cookie, if the module exports several sessions')
    .option('--dry-run', 'only count, if the store is a PostgresStore or SqliteStore')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['prune ./dist/session.js', 'remove expired sessions, for example from cron'],
        ['prune ./dist/session.js --dry-run', 'count them'],
      ),
    )
    .action(action((module: string, options: PruneOptions) => prune(terminal, module, options)));
}

async function prune(terminal: Terminal, module: string, options: PruneOptions): Promise<ExitCode> {
  const { config } = await loadSessions(terminal, module, options.name);
  const stores = partsOf(config.givenStore).filter(
    (part) => typeof (part as Partial<SessionStore>).prune === 'function',
  );
  const isDry = options.dryRun === true;
  let removed: number | undefined = stores.length === 0 ? undefined : 0;
  for (const store of stores) {
    const found = isDry ? await countExpired(store) : await (store as SessionStore).prune?.();
    removed = found === undefined || removed === undefined ? undefined : removed + found;
  }
  if (options.json === true)
    printJson(terminal, { prunes: stores.length > 0, [isDry ? 'expired' : 'removed']: removed });
  else if (stores.length === 0)
    print(terminal, 'Nothing to do: this store has no prune(), because its server removes expired sessions by itself.'); // prettier-ignore
  else if (removed === undefined)
    print(terminal, 'This store cannot count its expired sessions without removing them.');
  else print(terminal, `${plural(removed, 'expired session')} ${isDry ? 'would be removed' : 'removed'}`);
  return 0;
}

/** How many expired sessions a table has; `undefined` if the store is not one of ours with a table. */
async function countExpired(store: object): Promise<number | undefined> {
  const server = serverOf(store);
  return server === undefined ? undefined : COUNTS[server.kind]?.(server);
}

const COUNTS: Partial<Record<StoreServer['kind'], (server: StoreServer) => Promise<number>>> = {
  postgres: async ({ client, place }) => {
    const pool = client as {
      query(text: string, values: unknown[]): Promise<{ rows: readonly { expired: unknown }[] }>;
    };
    const sql = `SELECT count(*) AS expired FROM "${place.replace('.', '"."')}" WHERE expires_at <= $1`;
    return Number((await pool.query(sql, [Date.now()])).rows[0]?.expired);
  },
  sqlite: async ({ client, place }) => {
    const database = client as { prepare(sql: string): { get(now: number): { expired: unknown } } };
    return Number(
      database.prepare(`SELECT count(*) AS expired FROM "${place}" WHERE expires_at <= ?`).get(Date.now()).expired,
    );
  },
};
