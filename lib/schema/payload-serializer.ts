import type { KeyObject } from 'node:crypto';
import { SessionOptionsError, formatPath, type SessionIssue } from '../errors.js';
import { emit, isObserved } from '../events.js';
import { FieldStorage, type StoredForm } from './field-storage.js';
import { PayloadCodec, type EncodedPayload } from './payload-codec.js';
import { causeOf } from './decode.js';
import type { AnyMigration } from './migrations.js';
import { MAX_DEPTH, isDeeper, withoutDeep } from './encoded-payload.js';
import type { Payload, SessionSchema } from './payload-types.js';
import { DecodedRecord } from './decoded-record.js';
import { ParsedTexts, parse, type ParsedText } from './parsed-texts.js';
import { findUnknown, keepUnknown } from './unknown-fields.js';

export type { DecodedRecord } from './decoded-record.js';

/** The result of reading a stored text, or the reason why it could not be read. */
export type Read<P> =
  | { readonly ok: true; readonly payload: P; readonly decodedRecord: DecodedRecord }
  | {
      readonly ok: false;
      /** The encoded payload as far as it could be read: parsed, and migrated as far as the migrations succeeded. */
      readonly encoded: EncodedPayload | undefined;
      readonly storedForms: ReadonlyMap<string, StoredForm>;
      readonly issues: readonly SessionIssue[];
      /** What a migration or a codec threw. */
      readonly cause?: unknown;
    };

interface Step {
  readonly from: PayloadCodec<SessionSchema>;
  readonly to: PayloadCodec<SessionSchema>;
  readonly fieldStorage: FieldStorage;
  readonly migrate: (old: never) => object;
}

const NOTHING: ReadonlyMap<string, StoredForm> = new Map();

/** Converts between a payload and the text in a store. It handles JSON, versions, field storage, and unknown fields. */
export class PayloadSerializer<S extends SessionSchema> {
  readonly version: number;
  readonly #codec: PayloadCodec<S>;
  readonly #fieldStorage: FieldStorage;
  readonly #first: number;
  readonly #steps: readonly Step[];
  readonly #keepsUnknown: boolean;
  readonly #parsed = new ParsedTexts();
  readonly #reported = new Set<string>();

  /**
   * @param first - the version that the first step starts from
   * @throws SessionOptionsError if the schema of a migration cannot be used, or if a field must be encrypted but there is
   *   no key
   */
  constructor(
    codec: PayloadCodec<S>,
    {
      first,
      version,
      steps,
    }: { readonly first: number; readonly version: number; readonly steps: readonly AnyMigration[] },
    keys: readonly KeyObject[],
    unknownFields: 'keep' | 'drop',
  ) {
    const fieldStorageOf = ({ fieldOptions }: PayloadCodec<SessionSchema>): FieldStorage => {
      for (const [field, { encrypted }] of fieldOptions) {
        if (encrypted && keys.length === 0) {
          throw new SessionOptionsError(
            'encryption',
            `the field ${field} is to be encrypted: pass a key of 32 bytes, such as the output of: openssl rand -base64 32`,
          );
        }
      }
      return new FieldStorage(fieldOptions, keys);
    };
    this.version = version;
    this.#codec = codec;
    this.#fieldStorage = fieldStorageOf(codec); // only its field options are used
    this.#first = first;
    this.#keepsUnknown = unknownFields === 'keep';
    this.#steps = steps.map(({ from, to, migrate }, index) => {
      const name = `migrations.${String(first + index + 1)}`;
      const old = PayloadCodec.ofVersion(from, name);
      return { from: old, to: PayloadCodec.ofVersion(to, name), fieldStorage: fieldStorageOf(old), migrate };
    });
  }

  /**
   * Parses, migrates, and decodes a text that was stored under a version.
   * @param key - the record's key in the store, if it is likely to be read again; see {@link ParsedTexts}
   */
  read(text: string, version: number, key?: string): Read<Payload<S>> {
    const parsed = key === undefined ? undefined : this.#parsed.find(key, text);
    const stored = parsed?.value ?? parse(text);
    if (stored === undefined) return { ok: false, encoded: undefined, storedForms: NOTHING, issues: [] };
    const step = this.#steps[version - this.#first];
    const { encoded, storedForms, unreadable } = (step?.fieldStorage ?? this.#fieldStorage).unwrap(stored, Date.now());
    if (unreadable.length > 0) {
      const issues = unreadable.map((field) => ({ path: [field], code: 'undecryptable' }));
      return { ok: false, encoded, storedForms, issues };
    }
    // Each level takes at least two characters, so a short text cannot be too deep.
    if (text.length > 2 * MAX_DEPTH && parsed?.isExact !== true && isDeeper(encoded)) {
      return { ok: false, encoded, storedForms, issues: [{ path: [], code: 'too_deep' }] };
    }
    let today: EncodedPayload = encoded;
    if (version < this.version) {
      const upgraded = this.#upgrade(encoded, version);
      if (!('upgraded' in upgraded)) return { ok: false, storedForms, ...upgraded };
      today = upgraded.upgraded;
    }
    const decoded = this.#codec.decode(today);
    if (!decoded.ok) return { ok: false, encoded: today, storedForms, issues: decoded.issues, ...causeOf(decoded) };
    const about = {
      encoded: today,
      storedForms,
      version: Math.max(version, this.version),
      migrated: version < this.version,
    };
    const kept = parsed?.value === today ? parsed : undefined;
    const decodedRecord = new DecodedRecord(
      about,
      kept?.isExact === true ? today : () => this.#encodeKnown(today, kept),
    );
    this.#report(decodedRecord);
    return { ok: true, payload: decoded.payload, decodedRecord };
  }

  /**
   * Returns the record of a stored text that does not fit the schema, if `onInvalid` has provided a payload for it.
   * @param fitting - the encoded payload without the fields that do not fit; if it is left out, only the fields that the
   *   schema cannot have remain
   */
  decodedInvalid(
    { encoded = {}, storedForms }: Extract<Read<unknown>, { ok: false }>,
    version: number,
    known: EncodedPayload,
    fitting: EncodedPayload = withoutDeep(encoded, (field) => !this.#codec.hasField(field)),
  ): DecodedRecord {
    return new DecodedRecord(
      { encoded: fitting, storedForms, version: Math.max(version, this.version), migrated: false },
      known,
    );
  }

  /**
   * Serializes an encoded payload. Unknown fields of the record that it replaces are kept, if the options say so.
   * @param before - the record that it replaces; `undefined` if there is none
   * @returns the text, and the record that {@link read} would return for it
   * @throws SessionValidationError if the encoded payload contains what JSON cannot represent
   */
  write(
    encoded: EncodedPayload,
    before: DecodedRecord | undefined,
  ): { readonly data: string; readonly decodedRecord: DecodedRecord } {
    const version = Math.max(before?.version ?? 0, this.version);
    const whole = before === undefined || !this.#keepsUnknown ? encoded : this.#withUnknown(encoded, before);
    const { stored, storedForms } = this.#fieldStorage.wrap(whole, before?.storedForms ?? NOTHING, Date.now());
    const data = this.#codec.stringify(stored);
    return {
      data,
      decodedRecord: new DecodedRecord({ encoded: whole, storedForms, version, migrated: false }, encoded),
    };
  }

  /** Remembers what was stored under a key, so that it does not have to be parsed when it is read again. */
  remember(key: string, data: string, { encoded, known }: DecodedRecord): void {
    if (this.#codec.fieldOptions.size > 0) return; // the text has stored forms of its own
    this.#parsed.add(key, data, encoded, encoded === known && this.#codec.isSameBothWays);
  }

  /** Forgets what was stored under a key. */
  forget(key: string): void {
    this.#parsed.forget(key);
  }

  #withUnknown(encoded: EncodedPayload, before: DecodedRecord): EncodedPayload {
    const { known } = before;
    if (known === before.encoded) return encoded;
    // The unknown fields of a union's state belong to that state alone.
    if (this.#codec.stateOf(known) !== this.#codec.stateOf(encoded)) return encoded;
    return keepUnknown(before.encoded, known, encoded);
  }

  /**
   * Returns what the schema keeps of an encoded payload that it has accepted.
   * @param parsed - the parsed text that this is, for which it is recorded whether the schema keeps all of it
   */
  #encodeKnown(encoded: EncodedPayload, parsed: ParsedText | undefined): EncodedPayload {
    const decoded = this.#codec.decode(encoded);
    if (decoded.ok) {
      const isExact = this.#codec.isExact(encoded, decoded.payload);
      if (parsed !== undefined) parsed.isExact = isExact && this.#codec.isSameBothWays;
      return isExact ? encoded : this.#codec.encode(decoded.payload);
    }
    // A schema that depends on the time may now refuse what it accepted before. Then the fields that it has are known.
    return Object.fromEntries(Object.entries(encoded).filter(([field]) => this.#codec.hasField(field)));
  }

  /** Publishes which stored fields the schema does not know, once for each set of fields, for at most 100 sets. */
  #report(decodedRecord: DecodedRecord): void {
    // Checked first, because finding out what is known costs a second decode, even in a request that only reads.
    if (!isObserved('unknown-fields') || this.#reported.size >= 100 || decodedRecord.known === decodedRecord.encoded)
      return;
    const paths = findUnknown(decodedRecord.encoded, decodedRecord.known, (path) => this.#codec.publicPath(path));
    if (paths.length === 0) return;
    const fields = paths.map(formatPath).sort();
    const set = fields.join('\n');
    if (this.#reported.has(set)) return;
    this.#reported.add(set);
    emit('unknown-fields', { fields });
  }

  /** Migrates an encoded payload from its version to the current version, step by step. */
  #upgrade(
    encoded: EncodedPayload,
    version: number,
  ):
    | { readonly upgraded: EncodedPayload }
    | { readonly encoded: EncodedPayload; readonly issues: readonly SessionIssue[]; readonly cause?: unknown } {
    if (version < this.#first) return { encoded, issues: [{ path: [], code: 'no_migration' }] };
    let at = encoded;
    for (const { from, to, migrate } of this.#steps.slice(version - this.#first)) {
      const old = from.decode(at);
      if (!old.ok) return { encoded: at, issues: old.issues, ...causeOf(old) };
      try {
        const unknown = this.#keepsUnknown ? unknownToBoth(at, from, to, old.payload) : {};
        // `from` has decoded the payload, and the step takes the output of `from`.
        at = { ...unknown, ...to.encode(migrate(old.payload as never)) };
      } catch (cause) {
        return { encoded: at, issues: [{ path: [], code: 'migration_failed' }], cause };
      }
    }
    return { upgraded: at };
  }
}

/** Returns the fields of an encoded payload that the schemas before and after a migration both do not know. */
function unknownToBoth(
  encoded: EncodedPayload,
  from: PayloadCodec<SessionSchema>,
  to: PayloadCodec<SessionSchema>,
  payload: object,
): EncodedPayload {
  const known = from.encode(payload);
  const isUnknown = (field: string): boolean =>
    !Object.hasOwn(known, field) && !from.names(field) && !to.names(field) && field !== '__proto__';
  return Object.fromEntries(Object.entries(encoded).filter(([field]) => isUnknown(field)));
}
