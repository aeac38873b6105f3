// The suite under node:test: of a right store, or of the fault that the first argument names. Run by conformance.spec.ts.
import { test } from 'node:test';
import { MemoryStore } from 'typed-session';
import { storeConformance, type ConformanceOptions } from 'typed-session/testing';
import { faults } from './faults.js';

const right: ConformanceOptions = { open: () => new MemoryStore(), without: ['shared'] };
const options = faults[process.argv[2] ?? '']?.options ?? right;
for (const { title, run } of storeConformance(options)) test(title, run);
