import { createRequire } from 'node:module';
import type { ExpressSessionStore } from 'typed-session';
import { TextStore, TouchStore } from '../../support/text-store.js';
import { adaptedConformance } from './conformance.js';

/** express-session itself; it has no types of its own. */
const { MemoryStore } = createRequire(import.meta.url)('express-session') as {
  MemoryStore: new () => ExpressSessionStore;
};

const stores: Readonly<Record<string, ExpressSessionStore>> = {
  'a store without touch': new TextStore(),
  'a store with touch': new TouchStore(),
  'express-session’s MemoryStore': new MemoryStore(),
};

for (const [name, store] of Object.entries(stores)) {
  adaptedConformance(name, async () => ({ store, close: () => undefined }));
}
