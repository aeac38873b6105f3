import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ProblemError } from './command-errors.js';
import type { Terminal } from './terminal.js';

/** A package of the app. */
export interface AppPackage {
  readonly name: string;
  /** What it exports; of a CommonJS package, `module.exports`. */
  readonly exports: Readonly<Record<string, unknown>>;
}

/**
 * Loads the first of some packages that the app has installed, so that a command uses the app's own driver.
 * @throws ProblemError if none is installed in the folder that the command runs in
 */
export async function appPackage(terminal: Terminal, ...names: readonly string[]): Promise<AppPackage> {
  const require = createRequire(join(terminal.cwd, 'package.json'));
  for (const name of names) {
    let file: string;
    try {
      file = require.resolve(name);
    } catch {
      continue;
    }
    const loaded = await terminal.importModule(file);
    const { default: whole } = loaded;
    const isCommonJs = typeof whole === 'object' && whole !== null;
    return { name, exports: isCommonJs ? (whole as Readonly<Record<string, unknown>>) : loaded };
  }
  throw new ProblemError(
    `this needs the package ${names.join(' or ')} of your app: run the command in the app's folder, or npm install ${names[0] ?? ''}`,
  );
}
