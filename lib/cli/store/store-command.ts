import type { Command } from 'commander';
import type { CommandContext } from '../command-context.js';
import { addBench } from './bench-command.js';
import { addVerify } from './verify-command.js';

export function addStore(program: Command, context: CommandContext): void {
  const store = program
    .command('store')
    .summary('verify or measure a store')
    .description('Tools for the server of a store.');
  addVerify(store, context);
  addBench(store, context);
}
