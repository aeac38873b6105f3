import type ts from 'typescript';

/** The module that the codemod is about. */
export const OLD = 'express-session';

/** The module that behaves like it. */
export const DROP_IN = 'typed-session/express-session';

/** Functions that take the name of a module, besides `require` and `import()`. */
const NAMING = new Set([
  'resolve',
  'mock',
  'doMock',
  'unmock',
  'dontMock',
  'requireActual',
  'importActual',
  'unstable_mockModule',
]);

/** How a file names a module. */
export interface ModuleName {
  readonly literal: ts.StringLiteralLike;
  /** What contains the name: an import, an export, a call, a type, or the declaration of an augmentation. */
  readonly parent: ts.Node;
}

/** Every place of a file that names the module. */
export function moduleNames(typescript: typeof ts, source: ts.SourceFile): ModuleName[] {
  const found: ModuleName[] = [];
  const visit = (node: ts.Node): void => {
    if (typescript.isStringLiteralLike(node) && node.text === OLD && namesModule(typescript, node)) {
      found.push({ literal: node, parent: node.parent });
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function namesModule(typescript: typeof ts, { parent }: ts.Node): boolean {
  if (
    typescript.isImportDeclaration(parent) ||
    typescript.isExportDeclaration(parent) ||
    typescript.isExternalModuleReference(parent) ||
    typescript.isModuleDeclaration(parent)
  ) {
    return true;
  }
  if (typescript.isLiteralTypeNode(parent)) return typescript.isImportTypeNode(parent.parent);
  if (!typescript.isCallExpression(parent)) return false;
  const { expression } = parent;
  if (expression.kind === typescript.SyntaxKind.ImportKeyword) return true;
  if (typescript.isIdentifier(expression)) return expression.text === 'require';
  return typescript.isPropertyAccessExpression(expression) && NAMING.has(expression.name.text);
}
