// What the yaml package finds wrong, in the words of Go's yaml v2. Its scanner counts lines from one, its parser from zero, and a zero is
// not shown.
interface Problem {
  code: string;
  message: string;
  pos: readonly [number, number];
}

export function goYamlError(problems: readonly Problem[], text: string): string {
  const [problem, second] = problems;
  if (!problem) return 'yaml: unknown error';
  const line = text.slice(0, problem.pos[0]).split('\n').length;
  const scanner = (at: number, words: string): string => `yaml: ${at > 1 ? `line ${at}: ` : ''}${words}`;
  // The end of a text without a line end counts as a line of its own.
  const end = problem.pos[0] >= text.length && /[^\n]$/.test(text) ? 1 : 0;
  const parser = (words: string): string => `yaml: ${line - 1 + end > 0 ? `line ${line - 1 + end}: ` : ''}${words}`;
  const mappingValues = 'mapping values are not allowed in this context';
  const { code, message } = problem;
  const before = text.slice(0, problem.pos[0]).trimEnd();

  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return scanner(second?.code === 'MULTILINE_IMPLICIT_KEY' ? nextColon(text, line) : line, mappingValues);
    case 'MULTILINE_IMPLICIT_KEY':
      if (second?.code === 'BLOCK_IN_FLOW') return `yaml: line ${line}: did not find expected ',' or '}'`;
      return second?.code === 'UNEXPECTED_TOKEN' ? parser('did not find expected key') : scanner(nextColon(text, line), mappingValues);
    case 'BAD_INDENT':
      if (message.startsWith('Flow')) return parser(flowEnd(before, message.startsWith('Flow map') ? '}' : ']'));
      return second?.message.startsWith('Implicit map keys')
        ? scanner(line + 1, "could not find expected ':'")
        : parser('did not find expected key');
    case 'MISSING_CHAR':
      if (message.startsWith('Missing closing')) return scanner(line, 'found unexpected end of stream');
      if (message.startsWith('Implicit map keys')) return scanner(line + 1, "could not find expected ':'");
      if (message.startsWith('Flow')) return parser(flowEnd(before, message.includes('}') ? '}' : ']'));
      return parser(/^- /m.test(before) ? "did not find expected '-' indicator" : 'did not find expected key');
    case 'TAB_AS_INDENT':
      return scanner(
        line,
        /:$/.test(before) ? 'found character that cannot start any token' : 'found a tab character that violates indentation',
      );
    case 'BAD_SCALAR_START':
      return scanner(line, 'found character that cannot start any token');
    case 'UNEXPECTED_TOKEN':
      if (message.startsWith('Block scalar header')) return scanner(line, 'did not find expected comment or line break');
      return parser(/^-( |$)/m.test(text) && line > 1 ? "did not find expected '-' indicator" : 'did not find expected key');
    default:
      return scanner(line, message.charAt(0).toLowerCase() + message.slice(1).split('\n')[0]);
  }
}

/** An open bracket with nothing behind it lacks content, one with something lacks its end. */
const flowEnd = (before: string, close: string): string =>
  /[[,]$/.test(before) ? 'did not find expected node content' : `did not find expected ',' or '${close}'`;

/** The next line that looks like a key. */
function nextColon(text: string, after: number): number {
  const index = text.split('\n').findIndex((one, i) => i >= after && /:(\s|$)/.test(one));
  return index < 0 ? after : index + 1;
}
