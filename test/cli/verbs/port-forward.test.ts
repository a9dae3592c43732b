import { get } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { V1Pod, V1Service } from '../../../src/api/generated/types.ts';
import { forwardedPorts } from '../../../src/cli/forwarded-ports.ts';
import { main } from '../../../src/cli/main.ts';
import { place, run } from '../run.ts';

const pod: V1Pod = {
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'a', ports: [{ name: 'http', containerPort: 8080 }] }, { name: 'b' }] },
};
const service = (ports: NonNullable<V1Service['spec']>['ports'], clusterIP = '10.96.0.7'): V1Service => ({
  metadata: { name: 'web' },
  spec: { clusterIP, ports },
});
const web = service([
  { name: 'http', port: 80, targetPort: 'http' as never },
  { name: 'metrics', port: 9090 },
  { name: 'dns', port: 53, protocol: 'UDP' },
]);

describe('which port leads where', () => {
  const cases: [about: string, specs: string[], service: V1Service | undefined, expected: unknown][] = [
    ['the same port at both ends', ['80'], undefined, [{ local: 80, remote: 80 }]],
    ['two ports', ['8080:80', '90:91'], undefined, [{ local: 8080, remote: 80 }, { local: 90, remote: 91 }]], // biome-ignore format: a row
    ['any free port here', [':80'], undefined, [{ local: 0, remote: 80 }]],
    ['a named port of a container, the same here', ['http'], undefined, [{ local: 8080, remote: 8080 }]],
    ['a Service leads to its target port, and keeps its own here', ['80'], web, [{ local: 80, remote: 8080 }]],
    ["a Service's port by its name", ['8000:metrics'], web, [{ local: 8000, remote: 9090 }]],
    ['a headless Service leads to the port itself', ['80'], service([{ port: 80, targetPort: 8080 }], 'None'), [{ local: 80, remote: 80 }]],
    ['three numbers', ['1:2:3'], undefined, "invalid port format '1:2:3'"],
    ['a number that is none', ['x:80'], undefined, `error parsing local port 'x': strconv.ParseUint: parsing "x": invalid syntax`],
    [
      'too large a number',
      ['70000'],
      undefined,
      `error parsing remote port '70000': strconv.ParseUint: parsing "70000": value out of range`,
    ],
    ['port 0', ['80:0'], undefined, 'remote port must be > 0'],
    ['a name that no container has', ['ssh'], undefined, "Pod 'web' does not have a named port 'ssh'"],
    ['a port that the Service does not have', ['81'], web, 'Service web does not have a service port 81'],
    ['a name that the Service does not have', ['ssh'], web, "Service 'web' does not have a named port 'ssh'"],
    ['UDP', ['53'], web, 'UDP protocol is not supported for 53'],
  ];
  test.each(cases)('%s', (_, specs, of, expected) => {
    if (typeof expected === 'string') expect(() => forwardedPorts(specs, pod, of)).toThrow(expected);
    else expect(forwardedPorts(specs, pod, of)).toEqual(expected);
  });
});

test('needs a target and ports', async () => {
  expect((await run(['port-forward', 'web'])).stderr).toBe(
    "error: TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples\n",
  );
});

describe('going on until it is stopped', () => {
  const at = place({}, { KUBEMU_CLOCK: 'max', KUBEMU_SEED: 'port-forward' });
  const started = async (argv: string[], line: RegExp): Promise<{ port: number; printed: () => string; ended: Promise<number> }> => {
    let printed = '';
    const write = (data: string | Uint8Array): void => {
      printed += typeof data === 'string' ? data : Buffer.from(data).toString();
    };
    const ended = main(argv, {
      program: 'kubectl',
      stdout: write,
      stderr: write,
      stdin: async () => '',
      terminal: { stdin: false, stdout: false, columns: 80 },
      env: at.env,
      cwd: at.cwd,
    });
    for (;;) {
      const port = line.exec(printed)?.[1];
      if (port) return { port: Number(port), printed: () => printed, ended };
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const fetched = (url: string): Promise<{ code: number; text: string }> =>
    new Promise((resolve, reject) => {
      get(url, { agent: false }, (message) => {
        let text = '';
        message.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        message.on('end', () => resolve({ code: message.statusCode ?? 0, text }));
      }).on('error', reject);
    });

  test('port-forward answers with what the Pod serves, and is lost where nobody listens', async () => {
    await run(['run', 'web', '--image=nginx'], at);
    const good = await started(['port-forward', 'pod/web', ':80', '--address=127.0.0.1'], /127\.0\.0\.1:(\d+) -> 80\n/);
    const page = await fetched(`http://127.0.0.1:${good.port}/`);
    expect(page.code).toBe(200);
    expect(page.text).toContain('Welcome to nginx!');
    expect(good.printed()).toBe(`Forwarding from 127.0.0.1:${good.port} -> 80\nHandling connection for ${good.port}\n`);
    process.emit('SIGINT');
    expect(await good.ended).toBe(0);
    expect((await run(['logs', 'web', '--tail=1'], at)).stdout).toMatch(/^127\.0\.0\.1 - - .* "GET \/ HTTP\/1\.1" 200 615/);

    const bad = await started(['port-forward', 'pod/web', ':81', '--address=127.0.0.1'], /127\.0\.0\.1:(\d+) -> 81\n/);
    await expect(fetched(`http://127.0.0.1:${bad.port}/`)).rejects.toThrow();
    expect(await bad.ended).toBe(1);
    expect(bad.printed()).toContain(`an error occurred forwarding ${bad.port} -> 81: error forwarding port 81 to pod `);
    expect(bad.printed()).toMatch(/error: lost connection to pod\n$/);
  });

  test('proxy answers as the API server does, and its filter refuses exec', async () => {
    const proxy = await started(['proxy', '--port=0'], /^Starting to serve on 127\.0\.0\.1:(\d+)\n/);
    const url = `http://127.0.0.1:${proxy.port}`;
    expect(JSON.parse((await fetched(`${url}/api/v1/namespaces/default`)).text).metadata.name).toBe('default');
    expect((await fetched(`${url}/api/v1/namespaces/nope`)).code).toBe(404);
    expect((await fetched(`${url}/api/v1/namespaces/default/pods/web/proxy/`)).text).toContain('Welcome to nginx!');
    expect(await fetched(`${url}/api/v1/namespaces/default/pods/web/exec?command=date`)).toEqual({ code: 403, text: 'Forbidden\n' });
    process.emit('SIGINT');
    expect(await proxy.ended).toBe(0);
  });

  test('proxy serves files of a folder and nothing outside it', async () => {
    const own = place({ 'www/index.html': '<p>mine</p>', 'secret.txt': 'no' });
    at.cwd = own.cwd;
    const proxy = await started(['proxy', '--port=0', '--www=www'], /^Starting to serve on 127\.0\.0\.1:(\d+)\n/);
    const url = `http://127.0.0.1:${proxy.port}`;
    expect((await fetched(`${url}/static/`)).text).toBe('<p>mine</p>');
    expect((await fetched(`${url}/static/%2e%2e/secret.txt`)).code).toBe(404);
    process.emit('SIGINT');
    expect(await proxy.ended).toBe(0);
  });
});
