// kube-apiserver's own flags on `kubemu serve`.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issue } from '../../src/apiserver/https/certificates.ts';
import { type ServerFlags, serverSettings } from '../../src/cluster/serve/flags.ts';
import { type Serving, serve } from '../../src/cluster/serve.ts';
import { wallNow } from '../../src/machinery/clock.ts';
import { ask, createHome, tlsOf } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'kubemu-flags-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const none: ServerFlags = {
  authorizationMode: '',
  enableAdmissionPlugins: '',
  disableAdmissionPlugins: '',
  tokenAuthFile: '',
  clientCaFile: '',
};
const tokens = file('tokens.csv', 'secret-1,ann,1,"admins,system:masters"\n# nobody\nsecret-2,bob,2\n');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('flags that cannot be honoured are refused by name', () => {
  test.each([
    [{ authorizationMode: 'Webhook' }, '--authorization-mode can be RBAC, Node,RBAC, RBAC,Node, AlwaysAllow, AlwaysDeny, not "Webhook"'],
    [{ enableAdmissionPlugins: 'LimitRanger,ImagePolicyWebhook' }, 'kubemu has no admission plugin ImagePolicyWebhook; it has'],
    [{ disableAdmissionPlugins: 'limitranger' }, '--disable-admission-plugins: kubemu has no admission plugin limitranger; it has'],
    [
      { enableAdmissionPlugins: 'LimitRanger', disableAdmissionPlugins: 'LimitRanger' },
      'admission plugins are both enabled and disabled: LimitRanger',
    ],
    [{ tokenAuthFile: join(folder, 'nowhere') }, `the file ${join(folder, 'nowhere')} of --token-auth-file cannot be read: ENOENT`],
    [
      { tokenAuthFile: file('bad.csv', 'only-a-token\n') },
      `line 1 of the token file ${join(folder, 'bad.csv')} must hold a token, a user, a uid, and may hold groups`,
    ],
    [{ clientCaFile: tokens }, `the file ${tokens} of --client-ca-file holds no certificate`],
  ])('%j', (flags, message) => {
    expect(() => serverSettings({ ...none, ...flags })).toThrow(message);
  });
});

describe('a server started with them', () => {
  const home = createHome();
  let serving: Serving;
  let stranger: { cert: string; key: string };
  const get = async (path: string, token?: string, client?: { cert: string; key: string }): Promise<number> => {
    const { ca } = tlsOf(home.kubeconfig);
    const headers: Record<string, string> = token ? { Authorization: `Bearer ${token}` } : {};
    return (await ask(`${serving.url}${path}`, { headers, tls: { ca, ...client } })).code;
  };

  beforeAll(async () => {
    const at = wallNow();
    const authority = await createAuthority('elsewhere', at);
    const { certificate, key } = await issue(authority, { commonName: 'carl', organizations: ['system:masters'], use: 'client' }, at);
    stranger = { cert: certificate, key };
    serving = await serve({
      stateFile: home.stateFile,
      bindAddress: '127.0.0.1',
      securePort: 0,
      kubeconfig: home.kubeconfig,
      env: { KUBEMU_CLOCK: 'max', KUBEMU_SEED: '1', KUBEMU_EPOCH: '2026-03-02T10:00:00Z' },
      flags: { ...none, authorizationMode: 'AlwaysDeny', tokenAuthFile: tokens, clientCaFile: file('ca.pem', authority.certificate) },
      report: (problem) => home.problems.push(problem),
    });
  }, 60_000);
  afterAll(async () => {
    await serving.close();
    home.remove();
  });

  test('believes the tokens of its file', async () => {
    expect(await get('/api/v1/namespaces', 'secret-1')).toBe(200);
    expect(await get('/api/v1/namespaces', 'secret-3')).toBe(401);
  });

  test('denies always, but not to system:masters', async () => {
    expect(await get('/api/v1/namespaces', 'secret-2')).toBe(403);
  });

  test('believes certificates of the other authority', async () => {
    expect(await get('/api/v1/namespaces', undefined, stranger)).toBe(200);
  });
});
