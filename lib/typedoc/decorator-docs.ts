import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TypeScript as ts } from 'typedoc';
import type { DecoratorFamily } from '../guards/decorator-family.js';

/** What our decorators require and do, as Markdown. */
export interface SessionDocs {
  /** What the session must have. */
  readonly requires: readonly string[];
  /** What else they do. */
  readonly notes: readonly string[];
  /** `@AllowAnonymous()`: what the class requires does not apply. */
  readonly resets: boolean;
}

/** What is required if no more than a stored session is. */
export const ANY_SESSION = 'a stored session';

const NOTES: Readonly<Partial<Record<string, string>>> = {
  RequireAnonymous: 'Only for those who are not signed in.',
  RotateSession: 'Gives the session a new id.',
  DestroySession: 'Ends the session.',
} satisfies Partial<Record<keyof DecoratorFamily, string>>;

/** The docs of a class: what its base classes require comes first. */
export function docsOfClass(node: ts.ClassLikeDeclaration, checker: ts.TypeChecker): SessionDocs {
  const own = docsOf(node, checker);
  const base = own.resets ? undefined : baseOf(node, checker);
  return base === undefined ? own : mergeDocs(docsOfClass(base, checker), own);
}

/**
 * The docs of a method of a class, inherited or not.
 *
 * @param owner - the class whose instances have it
 * @param isLegacy - in that dialect a decorated method's decorators do not hold for what overrides it
 */
export function docsOfMethod(
  method: ts.MethodDeclaration,
  owner: ts.ClassLikeDeclaration,
  checker: ts.TypeChecker,
  isLegacy: boolean,
): SessionDocs {
  let docs = docsOf(method, checker);
  const isStatic = (ts.getCombinedModifierFlags(method) & ts.ModifierFlags.Static) !== 0;
  for (let over = isLegacy || isStatic ? undefined : overriddenBy(method, checker); over !== undefined;) {
    if (docs.resets) break;
    docs = mergeDocs(docsOf(over, checker), docs);
    over = overriddenBy(over, checker);
  }
  return docs.resets || isStatic ? docs : mergeDocs(docsOfClass(owner, checker), docs);
}

function mergeDocs(first: SessionDocs, second: SessionDocs): SessionDocs {
  return {
    requires: [...new Set([...first.requires, ...second.requires])],
    notes: [...new Set([...first.notes, ...second.notes])],
    resets: first.resets || second.resets,
  };
}

/** The class that a class extends, as it was declared. */
function baseOf(node: ts.ClassLikeDeclaration, checker: ts.TypeChecker): ts.ClassLikeDeclaration | undefined {
  const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
  const [base] = clause?.types ?? [];
  if (base === undefined) return undefined;
  return checker.getTypeAtLocation(base).symbol?.declarations?.find(ts.isClassLike);
}

function overriddenBy(method: ts.MethodDeclaration, checker: ts.TypeChecker): ts.MethodDeclaration | undefined {
  const name = method.name.getText();
  for (let at = ts.isClassLike(method.parent) ? baseOf(method.parent, checker) : undefined; at !== undefined;) {
    const over = at.members.find((member) => ts.isMethodDeclaration(member) && member.name.getText() === name);
    if (over !== undefined) return over as ts.MethodDeclaration; // it was just asked
    at = baseOf(at, checker);
  }
  return undefined;
}

/** What is written above a class or a method, and before a method's parameters. */
function docsOf(node: ts.ClassLikeDeclaration | ts.MethodDeclaration, checker: ts.TypeChecker): SessionDocs {
  const requires: string[] = [];
  const notes: string[] = [];
  let resets = false;
  for (const [name, args] of decoratorsOf(node, checker)) {
    if (name === 'RequireSession') requires.push(...requiredBy(args, checker));
    else if (name === 'AllowAnonymous') resets = true;
    const note = NOTES[name];
    if (note !== undefined) notes.push(note);
  }
  for (const parameter of ts.isMethodDeclaration(node) ? node.parameters : []) {
    for (const [name, args] of decoratorsOf(parameter, checker)) {
      if (name === 'SessionValue' || (name === 'CurrentSession' && args.length > 0)) {
        requires.push(...requiredBy(args, checker));
      }
    }
  }
  return { requires: [...new Set(requires)], notes, resets };
}

/** The decorators of typed-session: their names, whatever they were imported as, and what they are given. */
function decoratorsOf(node: ts.Node, checker: ts.TypeChecker): [name: string, args: readonly ts.Expression[]][] {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.flatMap(({ expression }) => {
    if (!ts.isCallExpression(expression)) return [];
    const name = nameOf(expression.expression, checker);
    return name === undefined ? [] : [[name, expression.arguments]];
  });
}

function nameOf(callee: ts.Expression, checker: ts.TypeChecker): string | undefined {
  const isMember = ts.isPropertyAccessExpression(callee);
  let symbol = checker.getSymbolAtLocation(isMember ? callee.name : callee);
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
  if (symbol === undefined || file === undefined || packageOf(file) !== 'typed-session') return undefined;
  return isMember && symbol.name === 'readonly' ? 'RequireSession' : symbol.name; // `@RequireSession.readonly(…)`
}

const packages = new Map<string, string | undefined>();

/** The name of the package that a file is of. */
function packageOf(file: string): string | undefined {
  if (!packages.has(file)) {
    packages.set(file, nameAbove(dirname(file)));
  }
  return packages.get(file);
}

/** The name in the next `package.json` that has one: those inside of a package may only say what kind its modules are. */
function nameAbove(folder: string): string | undefined {
  const found = ts.findConfigFile(folder, (path) => ts.sys.fileExists(path), 'package.json');
  if (found === undefined) return undefined;
  const { name } = JSON.parse(readFileSync(found, 'utf8')) as { readonly name?: string }; // npm's form
  const at = dirname(found);
  return name ?? (dirname(at) === at ? undefined : nameAbove(dirname(at)));
}

function requiredBy(args: readonly ts.Expression[], checker: ts.TypeChecker): string[] {
  // `{ onMissing, onForbidden }` says what happens to others, and stands in an object of its own.
  const handlers = ['onMissing', 'onForbidden'];
  const about = args.filter((arg) => {
    const type = checker.getTypeAtLocation(arg);
    return handlers.every((name) => type.getProperty(name) === undefined);
  });
  if (about.length === 0) return [ANY_SESSION];
  return about.flatMap((arg) => {
    if (ts.isStringLiteralLike(arg)) return [code(arg.text)];
    if (!ts.isObjectLiteralExpression(arg)) return [code(arg.getText())];
    return arg.properties.map((property) => {
      if (!ts.isPropertyAssignment(property)) return code(property.getText());
      const { name, initializer } = property;
      const value = ts.isStringLiteralLike(initializer) ? initializer.text : initializer.getText();
      return code(`${name.getText()} = ${value}`);
    });
  });
}

/** Markdown's way to show code, whatever is in it. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}
