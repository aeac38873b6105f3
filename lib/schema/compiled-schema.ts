import type { $ZodType } from 'zod/v4/core';

/** The parts of a zod that are used to compile schemas. */
interface Compiler {
  readonly version: object;
  /** From zod 4.5 on. */
  compile?<T extends $ZodType>(schema: T): T;
  config(): { readonly jitless?: boolean | undefined };
}

const compilers: Compiler[] = [];

/** Adds a zod, which can compile the schemas that are made with its version. */
export function addCompiler(compiler: Compiler): void {
  compilers.push(compiler);
}

/**
 * Returns a schema that decodes with generated code, and does everything else as the given one does. Returns the given schema
 * if its zod cannot compile, if the app has forbidden zod to generate code (`z.config({ jitless: true })`), or if the schema
 * has a part that zod cannot compile.
 */
export function compiled<T extends $ZodType>(schema: T): T {
  // Another version may have kinds of schemas that this one does not know.
  const own = compilers.find(({ version }) => JSON.stringify(version) === JSON.stringify(schema._zod.version));
  return own?.compile === undefined || own.config().jitless === true ? schema : own.compile(schema);
}
