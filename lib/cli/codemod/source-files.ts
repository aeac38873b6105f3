import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../command-errors.js';

/** Folders with what was installed or generated. */
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', 'vendor']);

/** Every source file below a path, or the file itself. */
export function sourceFiles(path: string, given: string): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new UsageError(`there is no file or folder ${given}`);
  if (found.isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory())
        return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : sourceFiles(inner, inner);
      return entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name) ? [inner] : [];
    });
}
