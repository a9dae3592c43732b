// Policies that mutate write objects with type names, `Object.spec{replicas: 3}` and `JSONPatch{op: "add"}`. Types are not checked here:
// the names go and what is left are maps.

const TYPE = /\b(?:Object(?:\.\w+)*|JSONPatch)\s*\{/g;

export function withoutTypes(expression: string): string {
  if (!/\b(?:Object|JSONPatch)\b/.test(expression)) return expression;
  const pieces: string[] = [];
  /** For every open brace whether its keys are field names. */
  const braces: boolean[] = [];
  let at = 0;
  while (at < expression.length) {
    const rest = expression.slice(at);
    const literal = /^(?:[rR]?"""[\s\S]*?"""|[rR]?'''[\s\S]*?'''|[rR]?"(?:\\.|[^"\\])*"|[rR]?'(?:\\.|[^'\\])*')/.exec(rest);
    TYPE.lastIndex = at;
    const type = literal ? null : TYPE.exec(expression);
    const field = braces.at(-1) ? /^(\??)([A-Za-z_]\w*)(\s*:)(?!:)/.exec(rest) : null;
    const opensType = type?.index === at;
    if (literal) pieces.push(literal[0]);
    else if (opensType) pieces.push('{');
    else if (field && isKeyPosition(pieces)) pieces.push(`${field[1]}"${field[2]}"${field[3]}`);
    else pieces.push(/^\w+/.exec(rest)?.[0] ?? (rest[0] as string));
    const taken =
      literal?.[0] ?? (opensType ? type?.[0] : undefined) ?? (field && isKeyPosition(pieces.slice(0, -1)) ? field[0] : undefined);
    const text = taken ?? (pieces.at(-1) as string);
    if (opensType) braces.push(true);
    else if (text === '{' || text === '[' || text === '(') braces.push(false);
    else if (text === '}' || text === ']' || text === ')') braces.pop();
    at += text.length;
  }
  return pieces.join('');
}

/** A key stands behind the opening brace or a comma. */
function isKeyPosition(pieces: readonly string[]): boolean {
  for (let i = pieces.length - 1; i >= 0; i--) {
    const piece = pieces[i] as string;
    if (/^\s+$/.test(piece)) continue;
    return piece === '{' || piece === ',';
  }
  return false;
}
