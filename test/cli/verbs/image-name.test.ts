import { expect, test } from 'vitest';
import { isImageName } from '../../../src/cli/image-name.ts';

test.each([
  ['nginx', true],
  ['nginx:1.27-alpine', true],
  ['registry.example.com:5000/team/app:v1', true],
  [`busybox@sha256:${'a'.repeat(64)}`, true],
  ['nginx nginx', false],
  ['Nginx', false],
  ['nginx:', false],
  ['', false],
])('%s is a reference: %s', (name, valid) => {
  expect(isImageName(name)).toBe(valid);
});
