/** What zod's `z.uuid()` accepts (RFC 9562). */
const UUID = /^(?:[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}|0{8}-(?:0{4}-){3}0{12})$/i;

/** What `Date.prototype.toISOString` returns. */
const ISO = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/;

/** Deeper values are not looked at. */
const MAX_DEPTH = 12;

/** How many different keys of one object are told apart. With more, they are data. */
const MAX_KEYS = 200;

/** What was found at one place of the stored sessions: kinds of values and their numbers, and never a value. */
export class Shape {
  /** How many values there were. */
  total = 0;
  strings = 0;
  uuids = 0;
  dates = 0;
  numbers = 0;
  integers = 0;
  booleans = 0;
  nulls = 0;
  arrays = 0;
  objects = 0;
  /** Values that JSON does not have, by the name of their class, such as the `ObjectId` of MongoDB. */
  readonly others = new Map<string, number>();
  /** What arrays contain. */
  element: Shape | undefined;
  /** What objects contain. */
  readonly fields = new Map<string, Shape>();
  /** How many objects have a key that looks like data: an id, an address, a number. */
  withDataKeys = 0;
  /** What is under such keys. */
  underDataKeys: Shape | undefined;

  add(value: unknown, depth = 0): void {
    this.total++;
    if (value === null) this.nulls++;
    else if (typeof value === 'string') this.#addString(value);
    else if (typeof value === 'number') this.#addNumber(value);
    else if (typeof value === 'boolean') this.booleans++;
    else if (Array.isArray(value)) this.#addArray(value, depth);
    else if (typeof value === 'object') this.#addObject(value, depth);
    else this.#addOther(typeof value);
  }

  #addString(value: string): void {
    this.strings++;
    if (UUID.test(value)) this.uuids++;
    if (ISO.test(value)) this.dates++;
  }

  #addNumber(value: number): void {
    this.numbers++;
    if (Number.isSafeInteger(value)) this.integers++;
  }

  #addArray(value: readonly unknown[], depth: number): void {
    this.arrays++;
    if (depth >= MAX_DEPTH) return;
    for (const one of value) (this.element ??= new Shape()).add(one, depth + 1);
  }

  #addObject(value: object, depth: number): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      this.#addOther(value.constructor.name);
      return;
    }
    this.objects++;
    if (depth >= MAX_DEPTH) return;
    let hasDataKey = false;
    for (const [key, one] of Object.entries(value)) {
      if (looksLikeData(key) || (this.fields.size >= MAX_KEYS && !this.fields.has(key))) {
        hasDataKey = true;
        (this.underDataKeys ??= new Shape()).add(one, depth + 1);
      } else this.#field(key).add(one, depth + 1);
    }
    if (hasDataKey) this.withDataKeys++;
  }

  #field(key: string): Shape {
    let field = this.fields.get(key);
    if (field === undefined) this.fields.set(key, (field = new Shape()));
    return field;
  }

  #addOther(kind: string): void {
    this.others.set(kind, (this.others.get(kind) ?? 0) + 1);
  }
}

/** From how many values a format, such as that of a UUID, is concluded. */
const ENOUGH = 10;

/** Whether all texts are UUIDs, and there are enough of them to believe it. */
export function hasUuids({ strings, uuids }: Shape): boolean {
  return strings >= ENOUGH && uuids === strings;
}

/** Whether all texts are dates, and there are enough of them to believe it. */
export function hasDates({ strings, dates }: Shape): boolean {
  return strings >= ENOUGH && dates === strings;
}

/** Whether all numbers are integers, and there are enough of them to believe it. */
export function hasIntegers({ numbers, integers }: Shape): boolean {
  return numbers >= ENOUGH && integers === numbers;
}

/** Whether a key is more likely data than a name that a programmer gave. Such keys are never printed. */
function looksLikeData(key: string): boolean {
  return (
    !/^[A-Za-z_$][\w$:.-]{0,59}$/.test(key) ||
    /\d{4}/.test(key) ||
    /^[\da-f]{8,}$/i.test(key) ||
    digits(key) * 3 > key.length
  );
}

function digits(text: string): number {
  return text.replace(/\D/g, '').length;
}

/** Whether an object is used as a map: its keys are data, or there are many, and each is rare. */
export function isRecord(shape: Shape): boolean {
  if (shape.fields.size === 0) return shape.withDataKeys > 0;
  if (shape.withDataKeys * 2 > shape.objects) return true;
  const average = [...shape.fields.values()].reduce((sum, { total }) => sum + total, 0) / shape.fields.size;
  return shape.fields.size > 8 && average < shape.objects / 5;
}
