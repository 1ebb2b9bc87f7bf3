import ts from 'typescript';

const PURE = '/* @__PURE__ */ ';

/**
 * Marks each initialiser at the top of a module as pure: a bundler may leave it out where its result is not used.
 *
 * `"sideEffects": false` promises that for whole modules. When a package's modules become one file, each statement has to repeat the promise.
 * Otherwise a program that imports one thing carries the initialisers of all. Statements that name no result stay as they are.
 *
 * @param {string} source in TypeScript or JavaScript, of a package with that promise
 * @returns the source with the marks, and the same number of lines
 */
export function withPureInitialisers(source, name = 'module.ts') {
  /** @type {{ at: number, text: string }[]} */
  const insertions = [];
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, false);
  for (const statement of file.statements) {
    initialisersOf(statement).forEach(annotate);
  }
  let result = source;
  for (const { at, text } of insertions.toSorted((a, b) => b.at - a.at)) {
    result = result.slice(0, at) + text + result.slice(at);
  }
  return result;

  /** @param {ts.Expression} expression */
  function annotate(expression) {
    if (isPureAnyway(expression)) return;
    switch (expression.kind) {
      case ts.SyntaxKind.AsExpression:
      case ts.SyntaxKind.SatisfiesExpression:
      case ts.SyntaxKind.NonNullExpression:
      case ts.SyntaxKind.ParenthesizedExpression:
        return annotate(/** @type {ts.AsExpression} */ (expression).expression);
      case ts.SyntaxKind.CallExpression:
      case ts.SyntaxKind.NewExpression: {
        const { expression: callee, arguments: given = [] } = /** @type {ts.CallExpression} */ (expression);
        if (!isName(callee) || given.some(ts.isSpreadElement)) return wrap(expression);
        insertions.push({ at: expression.getStart(file), text: PURE });
        return given.forEach(annotate);
      }
      case ts.SyntaxKind.ArrayLiteralExpression: {
        const { elements } = /** @type {ts.ArrayLiteralExpression} */ (expression);
        return elements.some(ts.isSpreadElement) ? wrap(expression) : elements.forEach(annotate);
      }
      case ts.SyntaxKind.ObjectLiteralExpression: {
        const { properties } = /** @type {ts.ObjectLiteralExpression} */ (expression);
        if (!properties.every(isPlainProperty)) return wrap(expression);
        for (const property of properties) if (ts.isPropertyAssignment(property)) annotate(property.initializer);
        return;
      }
      default:
        wrap(expression);
    }
  }

  /** Puts an expression into a call that is marked as pure. A bundler cannot know whether reading a property or adding runs code. @param {ts.Expression} expression */
  function wrap(expression) {
    insertions.push(
      { at: expression.getStart(file), text: `${PURE}(() => (` },
      { at: expression.getEnd(), text: '))()' },
    );
  }
}

/** @param {ts.Statement} statement @returns {ts.Expression[]} */
function initialisersOf(statement) {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ initializer }) => initializer ?? []);
  }
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.flatMap((member) =>
    ts.isPropertyDeclaration(member) && member.initializer && isStatic(member) ? [member.initializer] : [],
  );
}

/** @param {ts.PropertyDeclaration} member */
function isStatic(member) {
  return member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}

/** Whether a callee is a name such as `f`, `Map` or `Array.from`. @param {ts.Expression} callee @returns {boolean} */
function isName(callee) {
  return ts.isIdentifier(callee) || (ts.isPropertyAccessExpression(callee) && ts.isIdentifier(callee.expression));
}

/** @param {ts.ObjectLiteralElementLike} property */
function isPlainProperty(property) {
  if (ts.isSpreadAssignment(property)) return false;
  return property.name === undefined || !ts.isComputedPropertyName(property.name);
}

/** Whether bundlers see without a mark that an expression is pure. @param {ts.Expression} expression @returns {boolean} */
function isPureAnyway(expression) {
  if (ts.isPrefixUnaryExpression(expression))
    return isPureAnyway(expression.operand) && !ts.isIdentifier(expression.operand);
  if (ts.isBinaryExpression(expression)) {
    const { left, right } = expression;
    return [left, right].every((side) => isPureAnyway(side) && !ts.isIdentifier(side));
  }
  return (
    ts.isIdentifier(expression) ||
    ts.isLiteralExpression(expression) ||
    ts.isArrowFunction(expression) ||
    ts.isFunctionExpression(expression) ||
    [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(expression.kind)
  );
}
