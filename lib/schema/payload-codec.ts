import { SessionOptionsError, SessionValidationError, formatPath } from '../errors.js';
import { causeOf, decodePayload, type Decoded } from './decode.js';
import { encodePayload } from './encode.js';
import type { FieldOptions } from './field-options.js';
import { copyEncoded, isTooDeep, sameEncoded, type EncodedPayload } from './encoded-payload.js';
import type { Payload, SessionSchema } from './payload-types.js';
import { validatorOf, type Validator } from './validator.js';

export type { Decoded } from './decode.js';
export type { EncodedPayload } from './encoded-payload.js';

/** Makes a payload of a tree and back, by a schema. Made once at start-up; holds nothing of any request. */
export class PayloadCodec<S extends SessionSchema> {
  readonly #validator: Validator;
  readonly #initial: Payload<S> | (() => Payload<S>) | undefined;

  private constructor(validator: Validator, initial: Payload<S> | (() => Payload<S>) | undefined) {
    this.#validator = validator;
    this.#initial = initial;
  }

  /**
   * The codec of the payload as it is today.
   * @throws SessionOptionsError where the schema cannot serve, or gives no first payload
   */
  static of<S extends SessionSchema>(
    schema: S | undefined,
    initial: Payload<S> | (() => Payload<S>) | undefined,
  ): PayloadCodec<S> {
    const codec = new PayloadCodec<S>(validatorOf(schema), initial);
    codec.#checkInitial();
    return codec;
  }

  /**
   * The codec of a payload as a migration meets it, of which no new one ever begins.
   * @throws SessionOptionsError where the schema cannot serve
   */
  static ofVersion(schema: SessionSchema, option: string): PayloadCodec<SessionSchema> {
    try {
      return new PayloadCodec<SessionSchema>(validatorOf(schema), undefined);
    } catch (error) {
      if (error instanceof SessionOptionsError) throw new SessionOptionsError(option, error.message);
      throw error;
    }
  }

  /** The fields that have a form of their own in the store. */
  get fieldOptions(): ReadonlyMap<string, FieldOptions> {
    return this.#validator.traits.fieldOptions;
  }

  /** The fields that a payload can have; `undefined` if the schema allows any. */
  get fields(): ReadonlySet<string> | undefined {
    return this.#validator.traits.fields;
  }

  /** The field that names the state of a discriminated union; `undefined` if the schema is none. */
  get discriminator(): string | undefined {
    return this.#validator.discriminator;
  }

  /** Whether a payload can have this field. */
  hasField(field: string): boolean {
    return this.#validator.traits.fields?.has(field) ?? true;
  }

  /** Whether the schema names this field. */
  names(field: string): boolean {
    return this.#validator.traits.named.has(field);
  }

  /** A path without the keys that the schema does not name: a client may have chosen them. */
  publicPath(path: readonly PropertyKey[]): readonly PropertyKey[] {
    return this.#validator.publicPath(path);
  }

  /** The names of fields as errors and events may have them, each once. */
  publicFields(fields: readonly string[]): string[] {
    return [...new Set(fields.map((field) => formatPath(this.publicPath([field]))))];
  }

  /** The payload of a session that begins now. Shares nothing with another session's. */
  initial(): Payload<S> {
    if (this.#initial === undefined) {
      const decoded = this.decode({});
      if (decoded.ok) return decoded.payload;
      throw new SessionValidationError('The schema did not accept {} this time', decoded.issues, causeOf(decoded));
    }
    return this.own(this.#first(this.#initial) as object); // the schema finds out whether it is one
  }

  #first(initial: unknown): unknown {
    if (typeof initial !== 'function') return initial; // a payload is no function
    try {
      return (initial as () => unknown)();
    } catch (cause) {
      throw new SessionValidationError('The function given as the option initial threw an error, see the cause', [], {
        cause,
      });
    }
  }

  /**
   * A payload like this one that shares nothing with it.
   * @throws SessionValidationError if the schema refuses the payload
   */
  own(payload: object): Payload<S> {
    return this.decodeOrThrow(copyEncoded(this.encode(payload)));
  }

  /** Validates a tree and makes the payload of it. The payload can be changed without the tree noticing. */
  decode(encoded: EncodedPayload): Decoded<Payload<S>> {
    try {
      return decodePayload(this.#validator, encoded) as Decoded<Payload<S>>; // what the schema made is a payload of it
    } catch (error) {
      if (!isTooDeep(error)) throw error;
      return { ok: false, issues: [{ path: [], code: 'too_deep' }], refused: [] };
    }
  }

  /** {@link decode} for a tree that {@link encode} made. */
  decodeOrThrow(encoded: EncodedPayload): Payload<S> {
    const decoded = this.decode(encoded);
    if (decoded.ok) return decoded.payload;
    throw new SessionValidationError('The schema refuses what it has itself encoded', decoded.issues, causeOf(decoded));
  }

  /**
   * Validates a payload and makes the tree of it. The payload can be changed without the tree noticing.
   * @throws SessionValidationError where the schema refuses the payload or has no place for a field of it, or JSON
   *   cannot hold what it makes
   */
  encode(payload: object): EncodedPayload {
    const encoded = encodePayload(this.#validator, payload);
    return this.#validator.traits.sharesInput ? copyEncoded(encoded) : encoded;
  }

  /** What a tree has for this value of a field; `undefined` where nobody can tell, or the schema refuses it there. */
  encodeField(field: string, value: unknown): unknown {
    return this.#validator.encodeField(field, value);
  }

  /** Whether the store holds something else than text or a number of this field, so that no session is found by it. */
  refusesPrincipal(field: string): boolean {
    return this.#validator.refusesPrincipal(field);
  }

  /** Which member of a union a tree is, as something to compare by `===`; `undefined` where the schema is no union. */
  stateOf(encoded: EncodedPayload): unknown {
    return this.#validator.stateOf(encoded);
  }

  /** A payload without what is sensitive, for logs. */
  show(payload: object): object {
    return this.#validator.show(payload);
  }

  /**
   * The text of a tree.
   * @throws SessionValidationError where the tree holds what JSON cannot
   */
  stringify(encoded: EncodedPayload): string {
    try {
      return JSON.stringify(encoded);
    } catch (error) {
      throw new SessionValidationError('The session holds what JSON cannot, and was not stored', [], {
        cause: error,
      });
    }
  }

  /**
   * What a payload looks like for comparing: without codecs the payload itself, which costs nothing. It may share objects
   * with the payload.
   * @throws SessionValidationError where the schema has codecs and refuses the payload
   */
  comparable(payload: object): EncodedPayload {
    return this.#validator.traits.hasCodec ? encodePayload(this.#validator, payload) : (payload as EncodedPayload); // without codecs they are one
  }

  /** Whether a tree is just what encoding its payload would give. Without codecs that can be seen; with them, no is the safe answer. */
  isExact(encoded: EncodedPayload, payload: object): boolean {
    return !this.#validator.traits.hasCodec && sameEncoded(encoded, payload);
  }

  /** A comparable form that later changes of the payload do not reach. */
  snapshot(payload: object): EncodedPayload {
    return copyEncoded(this.comparable(payload));
  }

  /** Whether two trees hold the same. */
  same(a: unknown, b: unknown): boolean {
    return sameEncoded(a, b);
  }

  #checkInitial(): void {
    try {
      if (this.#initial !== undefined) this.encode(this.initial());
      else {
        const decoded = this.decode({});
        if (!decoded.ok) throw noFirstPayload(decoded);
        this.encode(decoded.payload);
      }
    } catch (error) {
      if (error instanceof SessionOptionsError) throw error;
      if (error instanceof SessionValidationError) {
        const where = error.issues.map(({ path, code }) => `${formatPath(path)} (${code})`).join(', ');
        const why =
          where === ''
            ? error.message
            : `does not fit the schema (it must be complete: defaults are not filled in): ${where}`;
        throw new SessionOptionsError('initial', why, { cause: error.cause });
      }
      throw error;
    }
  }
}

function noFirstPayload(decoded: Extract<Decoded<never>, { ok: false }>): SessionOptionsError {
  const fields = decoded.issues.map((issue) => String(issue.path[0] ?? 'payload')).join(', ');
  const threw = 'cause' in decoded ? ' A default, a codec or a check threw an error, see the cause.' : '';
  return new SessionOptionsError(
    'initial',
    `the schema refuses {}, so a new session has no payload: make ${fields} optional, give a default, or pass initial.${threw}`,
    causeOf(decoded),
  );
}
