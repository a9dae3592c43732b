// agnhost as an admission webhook.
import { describe, expect, test } from 'vitest';
import { container, log, machine, T0 } from './machine-fixture.ts';

async function ask(
  path: string,
  object: unknown,
  args: readonly string[] = [],
): Promise<{ allowed: boolean; message?: string; patch?: unknown }> {
  const m = machine();
  m.start(container(['/agnhost', 'webhook', '--port=8443', ...args], { image: 'registry.k8s.io/e2e-test-images/agnhost' }));
  await m.advance(T0 + 1000);
  const body = JSON.stringify({ kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', request: { uid: 'u', object } });
  const response = JSON.parse((await m.exchange(8443, { method: 'POST', path, host: 'hook', headers: {}, body })).body).response;
  const { patch } = response;
  return {
    allowed: response.allowed,
    ...(response.status ? { message: response.status.message } : {}),
    ...(patch ? { patch: JSON.parse(Buffer.from(patch, 'base64').toString()) } : {}),
  };
}

describe('agnhost webhook', () => {
  test.each([
    ['/always-deny', {}, { allowed: false, message: 'this webhook denies all requests' }],
    [
      '/pods?timeout=10s',
      { metadata: { labels: { 'webhook-e2e-test': 'webhook-disallow' } } },
      { allowed: false, message: 'the pod contains unwanted label;' },
    ],
    ['/pods', { metadata: {}, spec: { containers: [{ name: 'a' }] } }, { allowed: true }],
    [
      '/configmaps',
      { data: { 'webhook-e2e-test': 'webhook-disallow' } },
      { allowed: false, message: 'the configmap contains unwanted key and value' },
    ],
    ['/add-label', { metadata: {} }, { allowed: true, patch: [{ op: 'add', path: '/metadata/labels', value: { 'added-label': 'yes' } }] }],
  ])('%s answers %j', async (path, object, expected) => {
    expect(await ask(path, object)).toEqual(expected);
  });

  test('injects a sidecar once', async () => {
    const sidecar = { image: 'nginx', name: 'webhook-added-sidecar', resources: {} };
    expect(await ask('/mutating-pods-sidecar', { spec: { containers: [{ name: 'a' }] } }, ['--sidecar-image=nginx'])).toEqual({
      allowed: true,
      patch: [{ op: 'add', path: '/spec/containers/-', value: sidecar }],
    });
    expect(await ask('/mutating-pods-sidecar', { spec: { containers: [sidecar] } }, ['--sidecar-image=nginx'])).toEqual({ allowed: true });
  });

  test('other commands are refused by name', async () => {
    const m = machine();
    m.start(container(['/agnhost', 'netexec'], { image: 'registry.k8s.io/e2e-test-images/agnhost' }));
    await m.advance(T0 + 1000);
    expect(await log(m)).toEqual(['0 ! Error: agnhost netexec is not simulated here: there are webhook and pause']);
  });
});
