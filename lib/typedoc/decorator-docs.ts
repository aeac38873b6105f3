import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { TypeScript as ts } from 'typedoc';
import type { DecoratorFamily } from '../guards/decorator-family.js';

/** The requirements and effects of our decorators, as Markdown. */
export interface SessionDocs {
  /** What the session must have, as Markdown. */
  readonly requires: readonly string[];
  /** Other effects of the decorators. */
  readonly notes: readonly string[];
  /** `@AllowAnonymous()` is used: the requirements of the class do not apply. */
  readonly resets: boolean;
}

/** The text if only a stored session is required. */
export const ANY_SESSION = 'a stored session';

/** The note of `@RequireAnonymous()`. */
export const ONLY_ANONYMOUS = 'Only for those who are not signed in.';

const NOTES: Readonly<Partial<Record<string, string>>> = {
  RequireAnonymous: ONLY_ANONYMOUS,
  RotateSession: 'Gives the session a new id.',
  DestroySession: 'Ends the session.',
} satisfies Partial<Record<keyof DecoratorFamily, string>>;

/** The docs of a class. The requirements of its base classes come first. */
export function docsOfClass(node: ts.ClassLikeDeclaration, checker: ts.TypeChecker): SessionDocs {
  const own = docsOf(node, checker);
  const base = own.resets ? undefined : baseOf(node, checker);
  return base === undefined ? own : mergeDocs(docsOfClass(base, checker), own);
}

/**
 * The docs of a method of a class, inherited or not.
 *
 * @param owner - the class of the instances
 * @param isLegacy - whether the legacy dialect is used, in which decorators do not apply to overriding methods
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

/** The base class of a class, as it was declared. */
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
    if (over !== undefined) return over as ts.MethodDeclaration; // checked above
    at = baseOf(at, checker);
  }
  return undefined;
}

/** The decorators above a class or a method, and before a method's parameters. */
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

/** The decorators of typed-session: their original names, even if they were imported under others, and their arguments. */
function decoratorsOf(node: ts.Node, checker: ts.TypeChecker): [name: string, args: readonly ts.Expression[]][] {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.flatMap(({ expression }) => {
    if (!ts.isCallExpression(expression)) return [];
    const name = exportedNameOf(expression.expression, checker);
    return name === undefined ? [] : [[name, expression.arguments]];
  });
}

/** The name under which typed-session exports the function that is called; `undefined` for all other functions. */
export function exportedNameOf(callee: ts.Expression, checker: ts.TypeChecker): string | undefined {
  const isMember = ts.isPropertyAccessExpression(callee);
  let symbol = checker.getSymbolAtLocation(isMember ? callee.name : callee);
  if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const file = symbol?.declarations?.[0]?.getSourceFile().fileName;
  if (symbol === undefined || file === undefined || packageOf(file) !== 'typed-session') return undefined;
  return isMember && symbol.name === 'readonly' ? 'RequireSession' : symbol.name; // `@RequireSession.readonly(…)`
}

const packages = new Map<string, string | undefined>();

/** The name of the package that a file belongs to. */
function packageOf(file: string): string | undefined {
  if (!packages.has(file)) {
    packages.set(file, nameAbove(dirname(file)));
  }
  return packages.get(file);
}

/** The name in the nearest `package.json` that has one. Those inside of a package may only state the module type. */
function nameAbove(folder: string): string | undefined {
  const found = ts.findConfigFile(folder, (path) => ts.sys.fileExists(path), 'package.json');
  if (found === undefined) return undefined;
  const { name } = JSON.parse(readFileSync(found, 'utf8')) as { readonly name?: string }; // the format of npm
  const at = dirname(found);
  return name ?? (dirname(at) === at ? undefined : nameAbove(dirname(at)));
}

function requiredBy(args: readonly ts.Expression[], checker: ts.TypeChecker): string[] {
  // `{ onMissing, onForbidden }` only decides how a request is refused, and is a separate argument.
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

/** Formats a text as code in Markdown, whatever it contains. */
export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``;
}
