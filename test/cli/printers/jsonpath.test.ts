import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileJsonPath } from '../../../src/cli/printers/jsonpath.ts';
import config from './jsonpath.json' with { type: 'json' };

function outcome(template: string, object: unknown = config): string {
  try {
    return compileJsonPath(template).execute(object).trim();
  } catch (error) {
    return `error: ${(error as Error).message.split('\n')[0]}`.trim();
  }
}

describe('kubectl prints', () => {
  const blocks = readFileSync(new URL('./jsonpath.txt', import.meta.url), 'utf8')
    .split(/^== /m)
    .slice(1);
  const cases = blocks.map((block) => ({
    template: block.slice(0, block.indexOf('\n')),
    output: block.slice(block.indexOf('\n') + 1).trimEnd(),
  }));
  test.each(cases)('$template', ({ template, output }) => {
    expect(outcome(template).trim()).toBe(output.trim());
  });
});

const pod = {
  metadata: { annotations: { 'example.com/a.b': 'dotted' }, labels: { app: 'shop', 'example.com/tier': 'front' } },
  spec: {
    containers: [
      {
        name: 'web',
        ports: [
          { containerPort: 80, name: 'http' },
          { containerPort: 443, name: 'https' },
        ],
      },
      { name: 'side' },
    ],
  },
};

test.each([
  { template: '{.metadata.labels.example\\.com/tier}', output: 'front' },
  { template: "{.metadata.annotations['example\\.com/a\\.b']}", output: 'dotted' },
  { template: '{.spec.containers[*].ports[?(@.containerPort>80)].name}', output: 'https' },
  { template: '{.spec.containers[0].ports[?(@.containerPort>80)].name}', output: 'https' },
  {
    template: '{.spec.containers[0].ports[?(@.containerPort=="80")].name}',
    output:
      'error: error executing jsonpath "{.spec.containers[0].ports[?(@.containerPort==\\"80\\")].name}": Error executing template: incompatible types for comparison. Printing more information for debugging the template:',
  },
  { template: '{range .spec.containers[*]}{.name}{range .ports[*]} {.containerPort}{end};{end}', output: 'web 80 443;side;' },
  { template: '{range .spec.nothing[*]}x{end}y', output: 'y' },
])('jsonpath $template of a Pod prints $output', ({ template, output }) => {
  expect(outcome(template, pod)).toBe(output);
});

test('jsonpath-as-json prints a list of the results', () => {
  expect(compileJsonPath('{.spec.containers[*].name}', { asJson: true }).execute(pod)).toBe('[\n    "web",\n    "side"\n]\n');
});

test('a missing key is an error only without allow-missing-template-keys', () => {
  expect(compileJsonPath('{.nope}').execute(pod)).toBe('');
  expect(() => compileJsonPath('{.nope}', { strict: true }).execute({ a: null, b: [1, 'x'] })).toThrow(
    'Error executing template: nope is not found. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{.nope}\n\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{"a":interface {}(nil), "b":[]interface {}{1, "x"}}\n\n\n',
  );
});
