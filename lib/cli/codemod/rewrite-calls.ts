import type ts from 'typescript';
import { DROP_IN, type ModuleName } from './module-names.js';
import { rewriteOptions } from './rewrite-options.js';
import type { FileContext, SchemaImport } from './rewrite-file.js';

/** How a file imports the function `session`. */
interface Binding {
  readonly local: ts.Identifier;
  /** The whole statement. */
  readonly statement: ts.Node;
  readonly isRequire: boolean;
  /** Whether the statement imports anything else. */
  readonly isAlone: boolean;
}

/**
 * Rewrites the calls of `session()` for typed-session, and the import.
 * @returns whether this place imports the function, and all of it was rewritten
 */
export function rewriteCalls(context: FileContext, name: ModuleName, schema: SchemaImport): boolean {
  const binding = bindingOf(context, name);
  if (binding === undefined) return false;
  const { calls, others } = usesOf(context, binding.local);
  if (calls.length === 0) return false;
  const { source, edits, leave } = context;
  const isReplaced = others.length === 0 && binding.isAlone;
  const called = isReplaced ? binding.local.text : 'typedSession';
  for (const call of calls) {
    if (!isReplaced)
      edits.push({ start: call.expression.getStart(source), end: call.expression.getEnd(), text: called });
    rewriteOptions(context, call, schema.name);
  }
  for (const other of others) leave(other, otherAdvice(context, other));
  const added = importText(context, binding, called, schema);
  if (isReplaced)
    edits.push({ start: binding.statement.getStart(source), end: binding.statement.getEnd(), text: added });
  else {
    edits.push({ start: name.literal.getStart(source) + 1, end: name.literal.getEnd() - 1, text: DROP_IN });
    edits.push({ start: binding.statement.getEnd(), end: binding.statement.getEnd(), text: `\n${added}` });
  }
  return true;
}

function bindingOf({ typescript }: FileContext, { parent }: ModuleName): Binding | undefined {
  if (typescript.isImportDeclaration(parent)) {
    const { importClause } = parent;
    if (importClause === undefined || importClause.phaseModifier === typescript.SyntaxKind.TypeKeyword)
      return undefined;
    const { name, namedBindings } = importClause;
    const namespace =
      namedBindings !== undefined && typescript.isNamespaceImport(namedBindings) ? namedBindings.name : undefined;
    const local = name ?? namespace;
    return (
      local && {
        local,
        statement: parent,
        isRequire: false,
        isAlone: name === undefined || namedBindings === undefined,
      }
    );
  }
  if (typescript.isExternalModuleReference(parent)) {
    return {
      local: parent.parent.name,
      statement: parent.parent,
      isRequire: false,
      isAlone: true,
    };
  }
  // const session = require('express-session');
  const declaration = parent.parent;
  if (!typescript.isVariableDeclaration(declaration) || !typescript.isIdentifier(declaration.name)) return undefined;
  const list = declaration.parent;
  const isAlone = typescript.isVariableDeclarationList(list) && list.declarations.length === 1;
  return { local: declaration.name, statement: isAlone ? list.parent : list, isRequire: true, isAlone };
}

/** The calls of the function, and its other uses. */
function usesOf({ typescript, source }: FileContext, local: ts.Identifier) {
  const calls: ts.CallExpression[] = [];
  const others: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (typescript.isIdentifier(node) && node.text === local.text && node !== local && isReference(typescript, node)) {
      const { parent } = node;
      if (typescript.isCallExpression(parent) && parent.expression === node) calls.push(parent);
      else others.push(node);
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return { calls, others };
}

/** Whether an identifier refers to a variable: not `req.session`, and not a property of this name. */
function isReference(typescript: typeof ts, node: ts.Identifier): boolean {
  const { parent } = node;
  if (typescript.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (typescript.isPropertyAssignment(parent)) return parent.initializer === node;
  if (typescript.isBindingElement(parent)) return parent.propertyName !== node && parent.name !== node;
  return !(
    (typescript.isPropertySignature(parent) ||
      typescript.isPropertyDeclaration(parent) ||
      typescript.isMethodDeclaration(parent) ||
      typescript.isVariableDeclaration(parent) ||
      typescript.isParameter(parent) ||
      typescript.isImportSpecifier(parent)) &&
    parent.name === node
  );
}

function otherAdvice({ source }: FileContext, node: ts.Node): string {
  const text = node.parent.getText(source).split('\n', 1)[0] ?? '';
  return `${text.length > 60 ? `${text.slice(0, 60)}…` : text} uses the module of express-session: it stays an import of ${DROP_IN}`;
}

function importText(
  { source, typescript }: FileContext,
  { isRequire }: Binding,
  called: string,
  schema: SchemaImport,
): string {
  const quote = /from "|require\("/.test(source.text) ? '"' : "'";
  const end = source.statements.some((one) => typescript.isExpressionStatement(one) || typescript.isImportDeclaration(one)) && !/;\s*$/m.test(source.text) ? '' : ';'; // prettier-ignore
  const from = (module: string): string => `${quote}${module}${quote}`;
  const schemaFrom = from(schema.specifier(source));
  if (isRequire) {
    const own = called === 'session' ? 'session' : `session: ${called}`;
    return `const { ${own} } = require(${from('typed-session')})${end}\nconst { ${schema.name} } = require(${schemaFrom})${end}`;
  }
  const own = called === 'session' ? 'session' : `session as ${called}`;
  return `import { ${own} } from ${from('typed-session')}${end}\nimport { ${schema.name} } from ${schemaFrom}${end}`;
}
