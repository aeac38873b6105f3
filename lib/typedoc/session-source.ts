import { TypeScript as ts } from 'typedoc';
import { exportedNameOf } from './decorator-docs.js';

const DAY = 24 * 60 * 60 * 1000;

/** The calls that take the options of a session middleware. */
const SESSION_CALLS = ['session', 'forRoot'];

/** What the source of an app states about its sessions; `undefined` if it cannot be known without running the app. */
export interface SessionFacts {
  /** The option `principal`. */
  readonly principal: string | undefined;
  /** How long a session may stay unused, in milliseconds. */
  readonly idleTimeout: number | undefined;
  /** How long a session may last, in milliseconds. */
  readonly absoluteTimeout: number | undefined;
}

/** Reads the options of the session middleware whose schema has this type. */
export function sessionFacts(program: ts.Program, schema: ts.Type): SessionFacts | undefined {
  const checker = program.getTypeChecker();
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile) continue;
    const call = findCall(source, SESSION_CALLS, checker, ([options]) => {
      const property = options && checker.getTypeAtLocation(options).getProperty('schema');
      return property !== undefined && checker.getTypeOfSymbol(property) === schema;
    });
    const [options] = call?.arguments ?? [];
    if (options !== undefined) return factsOf(options, checker);
  }
  return undefined;
}

/** The fields of a schema that `expiring()` declares, with their times in milliseconds. */
export function expiringFields(schema: ts.Node, checker: ts.TypeChecker): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const visit = (node: ts.Node): void => {
    if (!ts.isPropertyAssignment(node)) {
      ts.forEachChild(node, visit);
      return;
    }
    const call = findCall(node.initializer, ['expiring'], checker);
    const [, life] = call?.arguments ?? [];
    const after = life && numberOf(valueOf(life, 'after', checker), checker);
    if (after !== undefined) found.set(node.name.getText().replaceAll(/['"]/g, ''), after);
  };
  visit(schema);
  return found;
}

/** A time for readers: `30 days`, `90 minutes`. */
export function durationText(milliseconds: number): string {
  const units = [['day', DAY], ['hour', 3_600_000], ['minute', 60_000], ['second', 1000]] as const; // prettier-ignore
  const [unit, size] = units.find(([, one]) => milliseconds % one === 0) ?? ['millisecond', 1];
  const count = milliseconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

function factsOf(options: ts.Expression, checker: ts.TypeChecker): SessionFacts {
  const principal = valueOf(options, 'principal', checker);
  const idleTimeout = timeOf(options, 'idleTimeout', checker, () => cookieLife(options, checker) ?? DAY);
  return {
    principal: principal && ts.isStringLiteralLike(principal) ? principal.text : undefined,
    idleTimeout: Number.isNaN(idleTimeout) ? undefined : idleTimeout,
    absoluteTimeout: timeOf(options, 'absoluteTimeout', checker, () =>
      idleTimeout === undefined || Number.isNaN(idleTimeout) ? undefined : Math.max(30 * DAY, idleTimeout),
    ),
  };
}

/** `cookie.maxAge`; `NaN` if it cannot be known, and `undefined` if there is none. */
function cookieLife(options: ts.Expression, checker: ts.TypeChecker): number | undefined {
  if (!hasProperty(options, 'cookie', checker)) return undefined;
  const cookie = valueOf(options, 'cookie', checker);
  if (cookie === undefined || !ts.isObjectLiteralExpression(cookie)) return NaN;
  return hasProperty(cookie, 'maxAge', checker) ? (numberOf(valueOf(cookie, 'maxAge', checker), checker) ?? NaN) : undefined; // prettier-ignore
}

function timeOf(
  options: ts.Expression,
  name: string,
  checker: ts.TypeChecker,
  byDefault: () => number | undefined,
): number | undefined {
  if (!hasProperty(options, name, checker)) return byDefault();
  return numberOf(valueOf(options, name, checker), checker);
}

function hasProperty(object: ts.Expression, name: string, checker: ts.TypeChecker): boolean {
  return checker.getTypeAtLocation(object).getProperty(name) !== undefined;
}

/** The value of a property, if the source shows it: the initializer of a `const` that it names. */
function valueOf(object: ts.Expression, name: string, checker: ts.TypeChecker): ts.Expression | undefined {
  const literal = resolve(object, checker);
  if (!ts.isObjectLiteralExpression(literal)) return undefined;
  for (const property of literal.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return resolve(property.initializer, checker);
    if (!ts.isShorthandPropertyAssignment(property)) return undefined;
    return initializerOf(checker.getShorthandAssignmentValueSymbol(property), checker);
  }
  return undefined;
}

/** The expression that a name refers to, without assertions around it. */
function resolve(expression: ts.Expression, checker: ts.TypeChecker): ts.Expression {
  if (
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isParenthesizedExpression(expression)
  ) {
    return resolve(expression.expression, checker);
  }
  if (!ts.isIdentifier(expression)) return expression;
  return initializerOf(checker.getSymbolAtLocation(expression), checker) ?? expression;
}

function initializerOf(symbol: ts.Symbol | undefined, checker: ts.TypeChecker): ts.Expression | undefined {
  const original = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const declaration = original?.declarations?.find(ts.isVariableDeclaration);
  const isConst = declaration && (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
  return isConst && declaration.initializer ? resolve(declaration.initializer, checker) : undefined;
}

/** The value of an arithmetic expression of constants, such as `30 * DAY`. */
function numberOf(expression: ts.Expression | undefined, checker: ts.TypeChecker): number | undefined {
  if (expression === undefined) return undefined;
  const value = resolve(expression, checker);
  if (ts.isNumericLiteral(value)) return Number(value.text);
  if (ts.isIdentifier(value)) return value.text === 'Infinity' ? Infinity : undefined;
  if (!ts.isBinaryExpression(value)) return undefined;
  const left = numberOf(value.left, checker);
  const right = numberOf(value.right, checker);
  if (left === undefined || right === undefined) return undefined;
  if (value.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
  return value.operatorToken.kind === ts.SyntaxKind.PlusToken ? left + right : undefined;
}

/** The first call below a node of a function of typed-session with one of these names. */
function findCall(
  node: ts.Node,
  names: readonly string[],
  checker: ts.TypeChecker,
  accepts: (args: readonly ts.Expression[]) => boolean = () => true,
): ts.CallExpression | undefined {
  if (ts.isCallExpression(node) && mayBeNamed(node.expression, names)) {
    const name = exportedNameOf(node.expression, checker);
    if (name !== undefined && names.includes(name) && accepts(node.arguments)) return node;
  }
  return ts.forEachChild(node, (child) => findCall(child, names, checker, accepts));
}

/** Whether it is worth asking the checker about a callee, which has to infer the type of whatever a member belongs to. */
function mayBeNamed(callee: ts.Expression, names: readonly string[]): boolean {
  return ts.isIdentifier(callee) || (ts.isPropertyAccessExpression(callee) && names.includes(callee.name.text));
}
