import type ts from 'typescript';
import type { FileContext } from './rewrite-file.js';

/** The attributes of `req.session.cookie` that one session may have of its own. */
const OWN_ATTRIBUTES = new Set(['maxAge', 'expires', 'originalMaxAge']);

/** Lists the uses of `req.session` that `session()` treats differently. */
export function sessionUses({ typescript, source, leave }: FileContext): void {
  const isSession = (node: ts.Node): boolean =>
    typescript.isPropertyAccessExpression(node) &&
    node.name.text === 'session' &&
    /^(?:req|request)$/.test(node.expression.getText(source));
  const isAssigned = (node: ts.Node): boolean =>
    typescript.isBinaryExpression(node.parent) &&
    node.parent.left === node &&
    node.parent.operatorToken.kind === typescript.SyntaxKind.EqualsToken;
  const visit = (node: ts.Node): void => {
    if (
      typescript.isElementAccessExpression(node) &&
      isSession(node.expression) &&
      !typescript.isStringLiteralLike(node.argumentExpression)
    ) {
      leave(
        node,
        'a computed field of req.session: the schema refuses a name that it does not have; use one field with z.record()',
      );
    }
    if (typescript.isPropertyAccessExpression(node) && isAssigned(node)) {
      const owner = node.expression;
      const isCookie =
        typescript.isPropertyAccessExpression(owner) && owner.name.text === 'cookie' && isSession(owner.expression);
      if (isCookie && !OWN_ATTRIBUTES.has(node.name.text)) {
        leave(node, `cookie.${node.name.text} of one session cannot be set: attributes come from the option cookie`);
      }
    }
    if (typescript.isPropertyAccessExpression(node) && /^(?:sessionStore)$/.test(node.name.text)) {
      leave(node, 'req.sessionStore is the store as it was given: a store of typed-session has other methods');
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
}
