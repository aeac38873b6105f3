/** How many objects of a schema are looked at: enough for any that a person has written. */
const MOST = 10_000;

/** Under which names libraries keep the fields of an object: valibot, arktype and effect, TypeBox and JSON Schema. */
const SHAPES: ReadonlySet<string> = new Set(['entries', 'properties', 'props', 'shape', 'fields']);

/**
 * The names of fields that a schema of Standard Schema declares anywhere, as far as it can be seen. The standard has no
 * way to ask for them, and a key that is not among them may have been chosen by a client.
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

/** What a schema holds; arktype's keeps its definition behind a getter. */
function propertiesOf(node: object): [string, unknown][] {
  const { json } = node as { readonly json?: unknown }; // any object can be asked
  const own = Object.entries(node).filter(([, value]) => typeof value === 'object' && value !== null || typeof value === 'string'); // prettier-ignore
  return typeof json === 'object' && json !== null ? [['json', json], ...own] : own;
}
