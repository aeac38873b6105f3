import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Imports a module of the app. A TypeScript file is run by the app's own `tsx` if it is installed, otherwise by Node, whose
 * releases from 22.18 on strip types.
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (/\.[cm]?tsx?$/.test(path)) await registerTsx(path);
  return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>; // any module
}

/** Registers the app's tsx, so that it runs every module that is imported from here on. */
async function registerTsx(path: string): Promise<void> {
  const require = createRequire(path);
  let file: string;
  try {
    file = require.resolve('tsx/package.json');
  } catch {
    return; // not installed
  }
  const { exports } = require(file) as { exports: TsxExports };
  for (const api of ['./cjs/api', './esm/api'] as const) {
    // Its ES modules: `require.resolve` finds the others.
    const { register } = (await import(pathToFileURL(join(dirname(file), exports[api].import.default)).href)) as {
      register: () => unknown;
    };
    register();
  }
}

/** The entry points that tsx documents. */
type TsxExports = Readonly<Record<'./cjs/api' | './esm/api', { readonly import: { readonly default: string } }>>;
