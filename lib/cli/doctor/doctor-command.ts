import type { Command } from 'commander';
import { isError } from '../../realms.js';
import { examples, type CommandContext } from '../command-context.js';
import { describeError } from '../command-errors.js';
import { loadModule, type LoadedModule, type LoadedSessions } from '../load-sessions.js';
import { numberOption } from '../number-option.js';
import { paint, plural, print, printJson, type ExitCode, type Terminal } from '../terminal.js';
import { findingsOf, printFindings, type Finding, type Level } from './finding.js';
import { optionFindings } from './option-findings.js';
import { proxyFinding } from './proxy-finding.js';
import { storeFindings, type StoreCheckOptions } from './store-findings.js';

interface DoctorOptions {
  readonly production?: true;
  readonly strict?: true;
  readonly timeout: string;
  readonly sample: string;
  readonly json?: true;
}

export function addDoctor(program: Command, { terminal, action }: CommandContext): void {
  program
    .command('doctor')
    .summary("check an app's sessions and their store, and say what to fix")
    .description(
      "Imports a module of the app, finds the sessions that it exports, and checks their options, schema, and cookie, the store's reachability, indexes, clock, and eviction policy, and a sample of the stored sessions. It writes nothing, and prints no value of a session.",
    )
    .argument('<module>', 'the module that exports the sessions, or the Express app that uses them')
    .option('--production', 'import the module under NODE_ENV=production, which has stricter rules')
    .option('--strict', 'end with 1 for warnings as well')
    .option('--timeout <ms>', 'how long the store may take to answer', '5000')
    .option('--sample <number>', 'how many stored sessions are read and compared with the schema', '100')
    .option('--json', 'print one line of JSON')
    .addHelpText(
      'after',
      examples(
        ['doctor ./dist/session.js', 'check the sessions that a module exports'],
        ['--env-file .env doctor --production ./dist/app.js', 'check an app as it will run in production'],
        ['doctor ./src/session.ts', 'check a TypeScript module, with the tsx of the app'],
        ['doctor --strict --json ./dist/session.js', 'for a pipeline'],
      ),
    )
    .action(action((module: string, options: DoctorOptions) => doctor(terminal, module, options)));
}

/** The findings about one middleware. */
interface Report {
  readonly name: string;
  readonly export: string;
  readonly findings: readonly Finding[];
}

async function doctor(terminal: Terminal, path: string, options: DoctorOptions): Promise<ExitCode> {
  const limits = {
    timeout: numberOption('--timeout', options.timeout, { least: 1 }),
    sample: numberOption('--sample', options.sample, { least: 0 }),
  };
  if (options.production === true) terminal.env['NODE_ENV'] = 'production';
  const loaded = await importedOrRefused(terminal, path);
  const reports: Report[] = Array.isArray(loaded) ? [{ name: path, export: '', findings: loaded }] : [];
  if (!Array.isArray(loaded)) {
    for (const one of loaded.sessions) reports.push(await reportOf(one, loaded, terminal, limits));
  }
  const total = (level: Level): number => reports.flatMap(({ findings }) => findings).filter((one) => one.level === level).length; // prettier-ignore
  const problems = total('problem');
  const warnings = total('warning');
  if (options.json === true) printJson(terminal, { problems, warnings, sessions: reports });
  else printReports(terminal, path, reports, problems, warnings);
  return problems > 0 || (options.strict === true && warnings > 0) ? 1 : 0;
}

/** The module, or the finding that `session()` refused an option. */
async function importedOrRefused(terminal: Terminal, path: string): Promise<LoadedModule | Finding[]> {
  try {
    return await loadModule(terminal, path);
  } catch (error) {
    if (!isError(error) || error.name !== 'SessionOptionsError') throw error;
    return [findingsOf('options').problem(describeError(error, terminal.env), 'change this option')];
  }
}

async function reportOf(
  { exportName, config }: LoadedSessions,
  { apps }: LoadedModule,
  terminal: Terminal,
  limits: StoreCheckOptions,
): Promise<Report> {
  const findings = [
    ...optionFindings(config),
    proxyFinding(config, apps),
    ...(await storeFindings(config, terminal, limits)),
  ];
  return { name: config.names[0], export: exportName, findings };
}

function printReports(
  terminal: Terminal,
  path: string,
  reports: readonly Report[],
  problems: number,
  warnings: number,
): void {
  for (const { name, export: from, findings } of reports) {
    print(terminal, paint(terminal, 'bold', from === '' ? name : `${name} (${from} of ${path})`));
    printFindings(terminal, findings);
    print(terminal);
  }
  const verdict =
    problems > 0 ? paint(terminal, 'red', plural(problems, 'problem')) : paint(terminal, 'green', 'no problem');
  print(terminal, `${verdict}, ${plural(warnings, 'warning')}`);
}
