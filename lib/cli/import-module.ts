import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/**
 * Imports a module of the app. A TypeScript file is run by the app's own `tsx` if it is installed, otherwise by Node, whose
 * releases from 22.18 on strip types.
 */
export async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (/\.[cm]?tsx?$/.test(path)) await registerTsx(path);
  return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>; // any module
}

async function registerTsx(path: string): Promise<void> {
  for (const api of ['tsx/cjs/api', 'tsx/esm/api']) {
    let file: string;
    try {
      file = createRequire(path).resolve(api);
    } catch {
      return; // not installed
    }
    const { register } = (await import(pathToFileURL(file).href)) as { register: () => unknown }; // what tsx documents
    register();
  }
}
