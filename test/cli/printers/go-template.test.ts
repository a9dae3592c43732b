import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from '../../../src/cli/printers/go-template.ts';
import config from './jsonpath.json' with { type: 'json' };

function outcome(template: string, strict = false): { written: string; error: string } {
  let written = '';
  try {
    compileTemplate(template, strict).execute(config, (text) => {
      written += text;
    });
    return { written, error: '' };
  } catch (error) {
    return { written, error: `error: ${(error as Error).message}` };
  }
}

describe('kubectl prints', () => {
  const blocks = readFileSync(new URL('./go-template.txt', import.meta.url), 'utf8')
    .split(/^== /m)
    .slice(1);
  const cases = blocks.map((block) => ({
    template: block.slice(0, block.indexOf('\n')),
    output: block.slice(block.indexOf('\n') + 1).trim(),
  }));
  test.each(cases)('$template', ({ template, output }) => {
    const { written, error } = outcome(template);
    expect((error || written).trim()).toBe(output);
  });
});

test('a failing template is explained on stdout', () => {
  const { written, error } = outcome('{{.kind.x.y}}', true);
  expect(written).toMatch(
    /^Error executing template: template: output:1:7: executing "output" at <\.kind\.x\.y>: .*\. Printing more information for debugging the template:\n\ttemplate was:\n/,
  );
  expect(error).toMatch(/^error: error executing template "{{\.kind\.x\.y}}": template: output:1:7:/);
});

test('a missing key is an error only without allow-missing-template-keys', () => {
  expect(outcome('{{.nope}}').written).toBe('<no value>');
  expect(outcome('{{.nope}}', true).error).toContain('map has no entry for key "nope"');
});
