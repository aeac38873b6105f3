import { SessionValidationError } from '../errors.js';
import type { EncodedPayload } from '../schema/payload-codec.js';
import { ownField } from '../schema/encoded-payload.js';
import type { SessionSchema } from '../schema/payload-types.js';
import { putField } from './payload-fields.js';
import { principalOf, principalText } from './session-records.js';
import type { SessionConfig } from './session-config.js';

type Fields = Record<string, unknown>;

/**
 * Keeps the data of one principal away from the next one. It remembers the values that a payload was handed out with. If the
 * payload gets another principal, or loses its own, every field that the handler has not set itself starts fresh.
 *
 * A field counts as set if it holds another value than it was handed out with, and that value shares no object with the
 * handed-out payload. An array that was only pushed to does not count: it still contains the first principal's items.
 */
export class PrincipalWatch<S extends SessionSchema> {
  readonly #config: SessionConfig<S>;
  readonly #field: string;
  readonly #principal: string;
  readonly #given: Fields;
  /** The new values of the fields that were not set; `undefined` while the principal is still the first one. */
  #fresh: Fields | undefined;

  /** @param given - the values that the payload was handed out with */
  private constructor(config: SessionConfig<S>, field: string, principal: string, given: object) {
    this.#config = config;
    this.#field = field;
    this.#principal = principal;
    this.#given = given as Fields; // every object has readable fields
  }

  /**
   * Starts to watch a payload that was handed out. Returns `undefined` if the payload has no principal, because then
   * nothing has to be watched.
   */
  static of<S extends SessionSchema>(
    config: SessionConfig<S>,
    encoded: EncodedPayload,
    given: object,
  ): PrincipalWatch<S> | undefined {
    const { principal: field } = config;
    if (field === undefined || ownField(encoded, field) === undefined) return undefined;
    const principal = principalOf(config, encoded);
    return principal === undefined ? undefined : new PrincipalWatch(config, field, principal, given);
  }

  /** Whether the watched payload now has another principal, or none. */
  isLeft(fields: Fields): boolean {
    return !Object.is(ownField(fields, this.#field), ownField(this.#given, this.#field)) && this.isOther(fields);
  }

  /** Whether a payload has another principal, or none. */
  isOther(fields: Fields): boolean {
    const value = ownField(fields, this.#field);
    if (value === undefined || value === null) return true;
    const { codec } = this.#config;
    return principalText(codec.encodeField(this.#field, value) ?? value) !== this.#principal;
  }

  /** Whether the payload has started over. */
  get hasStartedOver(): boolean {
    return this.#fresh !== undefined;
  }

  /** Watches the principal of a payload that is not a session object. */
  watch(payload: object): void {
    const fields = payload as Fields; // every object has readable fields
    let value = fields[this.#field];
    Object.defineProperty(payload, this.#field, {
      configurable: true,
      enumerable: true,
      get: () => value,
      set: (next: unknown) => {
        value = next;
        this.assigned(fields);
      },
    });
  }

  /** Records that the payload has started over, because the caller has replaced its fields. */
  leave(): void {
    this.#fresh ??= {};
  }

  /**
   * Reacts to the assignment of a principal. The payload starts over immediately, so that what the handler adds from here
   * on is added to the new principal's values. If the first principal is assigned again, its payload is restored. The
   * payload of a union does not start over here, because its state is not complete yet.
   */
  assigned(fields: Fields): void {
    const isLeft = this.isLeft(fields);
    if (isLeft && this.#fresh === undefined && !this.#isUnion) this.startOver(fields);
    else if (!isLeft && this.#fresh !== undefined) this.#comeBack(fields, this.#fresh);
  }

  /**
   * Resets every field that the handler has not set to its value in a new session. Only the first call has an effect.
   * @throws SessionValidationError if the schema is a union, and the fields that were set are not a complete state of it
   */
  startOver(fields: Fields): void {
    if (this.#fresh !== undefined) return;
    const kept = this.#kept(fields);
    const fresh = this.#isUnion ? this.#sameState(fields, kept) : (this.#config.codec.initial() as Fields);
    this.#fresh = {};
    for (const field of new Set([...Object.keys(fields), ...Object.keys(fresh)])) {
      if (kept.has(field)) continue;
      this.#fresh[field] = ownField(fresh, field);
      putField(fields, field, this.#fresh[field]);
    }
  }

  /** Records that the library itself has set this field, because another request had stored the value. */
  hand(field: string, value: unknown): void {
    this.#given[field] = value;
  }

  /** Whether the handler has set a field since the payload was handed out. */
  isSet(fields: Fields, field: string, theirs?: ReadonlySet<object>): boolean {
    const value = ownField(fields, field);
    if (!Object.hasOwn(fields, field) || Object.is(value, ownField(this.#given, field))) return false;
    return !sharesObject(value, theirs ?? this.#givenObjects());
  }

  /** The fields that the next principal keeps. */
  #kept(fields: Fields): ReadonlySet<string> {
    const { carryOver } = this.#config;
    const theirs = this.#givenObjects();
    const kept = new Set([this.#field]);
    for (const field of Object.keys(fields)) {
      if (carryOver.includes(field) || this.isSet(fields, field, theirs)) kept.add(field);
    }
    return kept;
  }

  #givenObjects(): Set<object> {
    const { carryOver } = this.#config;
    const found = new Set<object>();
    for (const [field, value] of Object.entries(this.#given)) if (!carryOver.includes(field)) walk(value, found);
    return found;
  }

  get #isUnion(): boolean {
    const { codec } = this.#config;
    return codec.discriminator !== undefined || codec.stateOf({}) !== undefined;
  }

  /** Returns the union state of the kept fields, with the defaults of the other fields. */
  #sameState(fields: Fields, kept: ReadonlySet<string>): Fields {
    const { codec } = this.#config;
    const encoded: Fields = {};
    for (const field of Object.keys(fields)) {
      if (!kept.has(field) && field !== codec.discriminator) continue;
      encoded[field] = codec.encodeField(field, fields[field]) ?? fields[field];
    }
    const decoded = codec.decode(encoded);
    if (decoded.ok) return decoded.payload as Fields; // SessionSchema: its values are objects
    throw new SessionValidationError(
      'The session has another principal, so it keeps only what this request has set, and that is no state of the ' +
        'schema: pass the whole new state to become(). Nothing was stored',
      decoded.issues,
    );
  }

  #comeBack(fields: Fields, fresh: Fields): void {
    this.#fresh = undefined;
    for (const [field, value] of Object.entries(fresh)) {
      if (Object.is(ownField(fields, field), value)) putField(fields, field, ownField(this.#given, field));
    }
  }
}

/** Collects the objects in a value, at any depth. */
function walk(value: unknown, found: Set<object>): void {
  if (typeof value !== 'object' || value === null || found.has(value)) return;
  found.add(value);
  for (const part of partsOf(value)) walk(part, found);
}

function sharesObject(value: unknown, with_: ReadonlySet<object>, seen = new Set<object>()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return false;
  if (with_.has(value)) return true;
  seen.add(value);
  return partsOf(value).some((part) => sharesObject(part, with_, seen));
}

/** Returns the parts of an object. A schema may put a `Map` or a `Set` into the payload. */
function partsOf(value: object): unknown[] {
  if (value instanceof Map) return [...value.keys(), ...value.values()] as unknown[];
  if (value instanceof Set) return [...value] as unknown[];
  return ArrayBuffer.isView(value) ? [] : Object.values(value);
}
