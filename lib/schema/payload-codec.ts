import { SessionOptionsError, SessionValidationError, formatPath, messageWithoutLink } from '../errors.js';
import { causeOf, decodePayload, type Decoded } from './decode.js';
import { encodePayload } from './encode.js';
import type { FieldOptions } from './field-options.js';
import { copyEncoded, isTooDeep, sameEncoded, type EncodedPayload } from './encoded-payload.js';
import type { Payload, SessionSchema } from './payload-types.js';
import { validatorOf, type Validator } from './validator.js';

export type { Decoded } from './decode.js';
export type { EncodedPayload } from './encoded-payload.js';

/** Decodes and encodes payloads with a schema. Created once at start-up; it holds no data of any request. */
export class PayloadCodec<S extends SessionSchema> {
  readonly #validator: Validator;
  readonly #initial: Payload<S> | (() => Payload<S>) | undefined;

  private constructor(validator: Validator, initial: Payload<S> | (() => Payload<S>) | undefined) {
    this.#validator = validator;
    this.#initial = initial;
  }

  /**
   * Creates the codec of the current schema.
   * @throws SessionOptionsError if the schema cannot be used, or does not give a new session a payload
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
   * Creates the codec of a schema in a migration. No session ever starts with it, so it needs no initial payload.
   * @throws SessionOptionsError if the schema cannot be used
   */
  static ofVersion(schema: SessionSchema, option: string): PayloadCodec<SessionSchema> {
    try {
      return new PayloadCodec<SessionSchema>(validatorOf(schema), undefined);
    } catch (error) {
      if (error instanceof SessionOptionsError) throw new SessionOptionsError(option, messageWithoutLink(error));
      throw error;
    }
  }

  /** The fields that have a stored form: those that are encrypted or that expire. */
  get fieldOptions(): ReadonlyMap<string, FieldOptions> {
    return this.#validator.traits.fieldOptions;
  }

  /** The fields that a payload can have; `undefined` if the schema allows any field. */
  get fields(): ReadonlySet<string> | undefined {
    return this.#validator.traits.fields;
  }

  /** The field that names the state of a discriminated union; `undefined` if the schema is not one. */
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

  /** Returns a path without the keys that the schema does not name, because a client may have chosen them. */
  publicPath(path: readonly PropertyKey[]): readonly PropertyKey[] {
    return this.#validator.publicPath(path);
  }

  /** Returns field names in the form that errors and events may contain, each once. */
  publicFields(fields: readonly string[]): string[] {
    return [...new Set(fields.map((field) => formatPath(this.publicPath([field]))))];
  }

  /** Returns the payload of a new session. It shares no object with the payload of another session. */
  initial(): Payload<S> {
    if (this.#initial === undefined) {
      const decoded = this.decode({});
      if (decoded.ok) return decoded.payload;
      throw new SessionValidationError('The schema did not accept {} this time', decoded.issues, causeOf(decoded));
    }
    return this.own(this.#first(this.#initial) as object); // the schema rejects anything else
  }

  #first(initial: unknown): unknown {
    if (typeof initial !== 'function') return initial; // a payload is never a function
    try {
      return (initial as () => unknown)();
    } catch (cause) {
      throw new SessionValidationError('The function given as the option initial threw an error, see the cause', [], {
        cause,
      });
    }
  }

  /**
   * Returns an equal payload that shares no object with the given one.
   * @throws SessionValidationError if the schema refuses the payload
   */
  own(payload: object): Payload<S> {
    return this.decodeOrThrow(copyEncoded(this.encode(payload)));
  }

  /** Validates an encoded payload and decodes it. Later changes of the result do not affect the encoded payload. */
  decode(encoded: EncodedPayload): Decoded<Payload<S>> {
    try {
      return decodePayload(this.#validator, encoded) as Decoded<Payload<S>>; // its own schema's output
    } catch (error) {
      if (!isTooDeep(error)) throw error;
      return { ok: false, issues: [{ path: [], code: 'too_deep' }], refused: [] };
    }
  }

  /** {@link decode} for the result of {@link encode}, which the schema should accept. */
  decodeOrThrow(encoded: EncodedPayload): Payload<S> {
    const decoded = this.decode(encoded);
    if (decoded.ok) return decoded.payload;
    throw new SessionValidationError('The schema refuses what it has itself encoded', decoded.issues, causeOf(decoded));
  }

  /**
   * Validates a payload and encodes it. Later changes of the payload do not affect the result.
   * @throws SessionValidationError if the schema refuses the payload or does not have one of its fields, or if JSON
   *   cannot represent the result
   */
  encode(payload: object): EncodedPayload {
    const encoded = encodePayload(this.#validator, payload);
    return this.#validator.traits.sharesInput ? copyEncoded(encoded) : encoded;
  }

  /** Returns the encoded value of a field; `undefined` if it cannot be determined or the schema refuses the value. */
  encodeField(field: string, value: unknown): unknown {
    return this.#validator.encodeField(field, value);
  }

  /** Whether the encoded field is something other than text or a number, so that sessions cannot be found by it. */
  refusesPrincipal(field: string): boolean {
    return this.#validator.refusesPrincipal(field);
  }

  /**
   * Returns the member of a union that an encoded payload belongs to, as a value to compare with `===`. Returns
   * `undefined` if the schema is not a union.
   */
  stateOf(encoded: EncodedPayload): unknown {
    return this.#validator.stateOf(encoded);
  }

  /** Returns a payload without its sensitive fields, for logs. */
  show(payload: object): object {
    return this.#validator.show(payload);
  }

  /**
   * Converts an encoded payload to JSON text.
   * @throws SessionValidationError if it contains what JSON cannot represent
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
   * Returns a payload in the form in which payloads are compared. If the schema has no codecs, that is the payload
   * itself, without further work. The result may share objects with the payload.
   * @throws SessionValidationError if the schema has codecs and refuses the payload
   */
  comparable(payload: object): EncodedPayload {
    // Without codecs, the payload and the encoded payload have the same form.
    return this.#validator.traits.hasCodec ? encodePayload(this.#validator, payload) : (payload as EncodedPayload);
  }

  /** Whether the schema does the same in both directions, so that what it has once kept it keeps again. */
  get isSameBothWays(): boolean {
    return this.#validator.traits.sameBothWays !== undefined;
  }

  /**
   * Whether encoding the payload would return exactly this encoded payload. Without codecs, the two can be compared. With
   * codecs, `false` is the safe answer.
   */
  isExact(encoded: EncodedPayload, payload: object): boolean {
    return !this.#validator.traits.hasCodec && sameEncoded(encoded, payload);
  }

  /** Returns a {@link comparable} form that later changes of the payload do not affect. */
  snapshot(payload: object): EncodedPayload {
    return copyEncoded(this.comparable(payload));
  }

  /** Whether two encoded values are deeply equal. */
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
            ? messageWithoutLink(error)
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
