import { didYouMean } from '../did-you-mean.js';
import { SessionOptionsError } from '../errors.js';
import type { SessionSchema } from '../schema/payload-types.js';
import type { SessionRecord } from '../stores/store-contract.js';
import { principalOf } from './session-records.js';
import type { SessionConfig } from './session-config.js';
import type { MigrateAllOptions, MigrationProgress } from './stored-sessions.js';
import { swap, type Attempt } from './swap.js';
import { newWriteId } from './write-id.js';

const KNOWN: readonly string[] = ['cursor', 'pageSize', 'onProgress', 'signal'] satisfies (keyof MigrateAllOptions)[];

/**
 * Migrates every stored session to the current version, as a load would, and files it under its principal. Requests may run
 * meanwhile, because each record is replaced by compare-and-swap.
 * @throws SessionOptionsError, SessionStoreError; SessionConflictError if requests kept changing one record for too long
 */
export async function migrateAll<S extends SessionSchema>(
  config: SessionConfig<S>,
  options: MigrateAllOptions = {},
): Promise<MigrationProgress> {
  for (const name of Object.keys(options)) {
    if (!KNOWN.includes(name)) {
      throw new SessionOptionsError(name, `is not an option of migrateAll()${didYouMean(name, KNOWN)}`);
    }
  }
  const { pageSize = 100, onProgress, signal } = options;
  if (!Number.isSafeInteger(pageSize) || pageSize < 1) {
    throw new SessionOptionsError('pageSize', 'must be a whole number of at least 1');
  }
  let progress: MigrationProgress = { seen: 0, migrated: 0, refused: 0, cursor: options.cursor };
  do {
    const { entries, next } = await config.store.scan(progress.cursor, pageSize);
    let { migrated, refused } = progress;
    for (const [key, record] of entries) {
      const outcome = await migrateOne(config, key, record);
      if (outcome === 'migrated') migrated++;
      if (outcome === 'refused') refused++;
    }
    progress = { seen: progress.seen + entries.length, migrated, refused, cursor: next };
    await onProgress?.(progress);
  } while (progress.cursor !== undefined && signal?.aborted !== true);
  return progress;
}

type Outcome = 'migrated' | 'refused' | 'current';

async function migrateOne<S extends SessionSchema>(
  config: SessionConfig<S>,
  key: string,
  found: SessionRecord,
): Promise<Outcome> {
  let outcome: Outcome = 'migrated';
  // A record that a request changes meanwhile is checked again, because it may still have the old version.
  const attemptOn = (record: SessionRecord | undefined): Attempt | undefined => {
    const next = migrated(config, record);
    if (typeof next !== 'string') return next;
    outcome = next;
    return undefined;
  };
  const first = attemptOn(found);
  if (first !== undefined) await swap(config.store, key, first, attemptOn);
  return outcome;
}

/** The migrated record, or the reason why the record stays as it is. */
export function migrated<S extends SessionSchema>(
  config: SessionConfig<S>,
  record: SessionRecord | undefined,
): Attempt | 'refused' | 'current' {
  const { codec, serializer } = config;
  if (record === undefined || record.forwardTo !== undefined) return 'current';
  const isOld = record.schemaVersion < serializer.version;
  // A record that was stored before the option `principal` was set may have a principal that the store does not know.
  if (!isOld && (config.principal === undefined || record.principal !== undefined)) return 'current';
  const read = serializer.read(record.data, record.schemaVersion);
  if (!read.ok) return 'refused';
  const encoded = codec.encode(read.payload);
  const principal = principalOf(config, encoded);
  if (!isOld && principal === undefined) return 'current';
  const { data, decodedRecord } = serializer.write(encoded, read.decodedRecord);
  const next: SessionRecord = {
    ...record,
    data,
    revision: record.revision + 1,
    schemaVersion: decodedRecord.version,
    principal,
    writeId: newWriteId(),
    mirroredUntil: undefined, // its content differs from that of the copy
  };
  return { from: record, record: next };
}
