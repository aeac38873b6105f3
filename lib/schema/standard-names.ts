/** How many objects of a schema are visited. This is enough for any schema that a person has written. */
const MOST = 10_000;

/** The properties in which libraries keep the fields of an object: valibot, arktype, effect, TypeBox, and JSON Schema. */
const SHAPES: ReadonlySet<string> = new Set(['entries', 'properties', 'props', 'shape', 'fields']);

/**
 * Returns the names of all fields that a Standard Schema declares, as far as they can be found. The standard does not
 * expose them. A client may have chosen any key that is not among them.
 */
export function namesIn(schema: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const queue: unknown[] = [schema];
  for (let at = 0; at < queue.length && seen.size < MOST; at++) {
    const node = queue[at];
    if ((typeof node !== 'object' && typeof node !== 'function') || node === null || seen.has(node)) continue;
    seen.add(node);
    for (const [name, value] of propertiesOf(node)) {
      if (SHAPES.has(name) && typeof value === 'object' && value !== null && !Array.isArray(value)) {
        for (const field of Object.keys(value)) names.add(field);
      }
      if (name === 'key' && typeof value === 'string') names.add(value); // arktype: { key, value }
      queue.push(value);
    }
  }
  return names;
}

/** Returns the properties of a schema. arktype keeps its definition behind the getter `json`. */
function propertiesOf(node: object): [string, unknown][] {
  const { json } = node as { readonly json?: unknown }; // every object has properties
  const own = Object.entries(node).filter(([, value]) => typeof value === 'object' && value !== null || typeof value === 'string'); // prettier-ignore
  return typeof json === 'object' && json !== null ? [['json', json], ...own] : own;
}
