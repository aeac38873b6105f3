import type ts from 'typescript';
import type { Edit, Leftover } from './edits.js';
import { DROP_IN, moduleNames, OLD, type ModuleName } from './module-names.js';
import { rewriteCalls } from './rewrite-calls.js';
import { sessionUses } from './session-uses.js';

/** What the codemod changes of a file. */
export interface Rewritten {
  readonly edits: readonly Edit[];
  readonly left: readonly Leftover[];
}

/** The schema to pass to `session()`. */
export interface SchemaImport {
  /** The name of the export. */
  readonly name: string;
  /** The specifier, as the file has to write it. */
  readonly specifier: (source: ts.SourceFile) => string;
}

/** What each part of the codemod works with. */
export interface FileContext {
  readonly typescript: typeof ts;
  readonly source: ts.SourceFile;
  readonly edits: Edit[];
  readonly leave: (node: ts.Node, message: string) => void;
}

/**
 * Rewrites a file for the drop-in, or for `session()` of typed-session if there is a schema.
 * @returns `undefined` if the file has nothing to do with express-session
 */
export function rewriteFile(
  typescript: typeof ts,
  source: ts.SourceFile,
  schema: SchemaImport | undefined,
): Rewritten | undefined {
  const left: Leftover[] = [];
  const context: FileContext = {
    typescript,
    source,
    edits: [],
    leave: (node, message) => {
      left.push({ line: source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1, message });
    },
  };
  const names = moduleNames(typescript, source);
  if (schema !== undefined) {
    rewriteWithSchema(context, names, schema);
    sessionUses(context);
  } else for (const name of names) rename(context, name);
  for (const { fileName, pos } of source.typeReferenceDirectives) {
    if (fileName === OLD) left.push({ line: source.getLineAndCharacterOfPosition(pos).line + 1, message: `/// <reference types="${OLD}" /> names the old types: remove it` }); // prettier-ignore
  }
  return context.edits.length === 0 && left.length === 0
    ? undefined
    : { edits: context.edits, left: left.toSorted((a, b) => a.line - b.line) };
}

function rewriteWithSchema(context: FileContext, names: readonly ModuleName[], schema: SchemaImport): void {
  const { typescript, leave } = context;
  for (const name of names) {
    if (typescript.isModuleDeclaration(name.parent)) {
      leave(
        name.parent,
        `the fields of ${fieldsText(context, name.parent)} belong in the schema; remove this declaration afterwards`,
      );
    } else if (!rewriteCalls(context, name, schema)) rename(context, name);
  }
}

function fieldsText({ typescript }: FileContext, declaration: ts.ModuleDeclaration): string {
  const { body } = declaration;
  const interfaces = body !== undefined && typescript.isModuleBlock(body) ? body.statements.filter(typescript.isInterfaceDeclaration) : []; // prettier-ignore
  return interfaces.map(({ name }) => name.text).join(', ') || 'this augmentation';
}

/** Changes the name of the module, and keeps its quotes. */
function rename({ source, edits }: FileContext, { literal }: ModuleName): void {
  edits.push({ start: literal.getStart(source) + 1, end: literal.getEnd() - 1, text: DROP_IN });
}
