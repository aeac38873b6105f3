// Another process on the same file: takes the records that it can get by compare-and-swap, and tells which.
// Run by sqlite-store.spec.ts, with the file and how many records there are.
import { SqliteStore } from '../../lib/stores/sqlite/sqlite-store.js';

const [file = '', count = '0'] = process.argv.slice(2);
const store = new SqliteStore({ file });

async function swap(): Promise<void> {
  const won: number[] = [];
  for (let at = 0; at < Number(count); at++) {
    const found = await store.read(`k${at}`);
    if (found?.revision !== 1) continue;
    if (await store.update(`k${at}`, { ...found, data: 'child', revision: 2 }, 1)) won.push(at);
  }
  await store.close();
  process.send?.(won, () => process.disconnect());
}

process.once('message', () => void swap());
process.send?.('ready');
