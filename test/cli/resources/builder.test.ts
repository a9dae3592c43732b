import { describe, expect, test } from 'vitest';
import { createContext } from '../../../src/cli/context.ts';
import { parseCommandLine } from '../../../src/cli/flags/parse.ts';
import { Output } from '../../../src/cli/output.ts';
import { createBuilder } from '../../../src/cli/resources/build.ts';
import type { BuilderOptions } from '../../../src/cli/resources/builder.ts';
import { discoveryMapper } from '../../../src/cli/resources/discovery.ts';
import type { Client } from '../../../src/client/client.ts';
import { failure, notFound } from '../../../src/machinery/status.ts';
import { place } from '../run.ts';

const requests: string[] = [];
const answers: Record<string, unknown> = {
  '/api/v1/namespaces/default/pods/web': { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } },
  '/api/v1/namespaces/default/pods': {
    apiVersion: 'v1',
    kind: 'PodList',
    items: [{ metadata: { name: 'a', namespace: 'default' } }, { metadata: { name: 'b', namespace: 'default' } }],
  },
};
const client = {
  async request({ path }: { path: string }) {
    requests.push(path);
    if (answers[path]) return { code: 200, body: answers[path] };
    if (path.startsWith('/api'))
      throw path.includes('/pods/')
        ? notFound({ group: '', resource: 'pods' }, path.split('/').pop() ?? '')
        : failure(404, 'NotFound', 'none');
    throw new Error(path);
  },
} as unknown as Client;

/** What the builder makes of `kubectl <verb> <words>`: names, or messages. */
async function build(
  words: readonly string[],
  files: Record<string, string> = {},
  options: BuilderOptions = {},
  stdin = '',
): Promise<string[]> {
  const { cwd, env } = place(files);
  const line = parseCommandLine('kubectl', ['delete', ...words]);
  const io = {
    program: 'kubectl',
    stdout: () => {},
    stderr: () => {},
    stdin: async () => stdin,
    terminal: { stdin: false, stdout: false, columns: 80 },
    env,
    cwd,
  };
  const { context } = await createContext(line, io, new Output(io), async () => '');
  const found: string[] = [];
  const builder = createBuilder(Object.assign(context, { client, mapper: discoveryMapper(client) }));
  try {
    for await (const { info, error } of builder.visit({ files: true, args: line.args, fetch: true, ...options })) {
      found.push(
        error
          ? `error: ${error.message}`
          : `${info.mapping.resource}${info.mapping.group ? `.${info.mapping.group}` : ''} ${info.namespace ?? '-'}/${info.name}`,
      );
    }
  } catch (error) {
    found.push(`thrown: ${(error as Error).message.split('\n')[0]}`);
  }
  return found;
}

const separate = (): string =>
  "thrown: there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

describe('resource arguments', () => {
  test.each([
    { words: ['pod', 'web'], found: ['pods default/web'] },
    { words: ['po/web'], found: ['pods default/web'] },
    { words: ['Pods', 'web', 'nope'], found: ['pods default/web', 'error: pods "nope" not found'] },
    { words: ['pod,po', 'web'], found: ['pods default/web', 'pods default/web'] },
    { words: ['pods', 'po/web'], found: [separate()] },
    { words: ['po/web/x'], found: ['thrown: arguments in resource/name form may not have more than one slash'] },
    { words: ['frobs'], found: ['thrown: the server doesn\'t have a resource type "frobs"'] },
    { words: ['frobs.example.com', 'x'], found: ['thrown: the server doesn\'t have a resource type "frobs"'] },
    { words: ['pods'], found: ['thrown: resource(s) were provided, but no name was specified'] },
    { words: ['pods'], options: { allowAll: true }, found: ['pods default/a', 'pods default/b'] },
    { words: ['pods', 'web'], options: { labelSelector: 'a=b' }, found: ['thrown: name cannot be provided when a selector is specified'] },
    { words: [], options: { labelSelector: 'a=b' }, found: ['thrown: at least one resource must be specified to use a selector'] },
    {
      words: ['po/web'],
      options: { labelSelector: 'a=b' },
      found: ['thrown: selectors and the all flag cannot be used when passing resource/name arguments'],
    },
    {
      words: ['pod', 'web'],
      options: { allNamespaces: true },
      found: ['thrown: a resource cannot be retrieved by name across all namespaces'],
    },
    { words: ['pod', 'nope'], options: { ignoreNotFound: true }, found: [] },
    { words: [], found: ['thrown: You must provide one or more resources by argument or filename.'] },
  ])('$words with $options: $found', async ({ words, options, found }) => {
    expect(await build(words, {}, options)).toEqual(found);
  });

  test.each([
    { word: 'deploy.apps', path: 'deployments.apps' },
    { word: 'deployments.v1.apps', path: 'deployments.apps' },
    { word: 'hpa', path: 'horizontalpodautoscalers.autoscaling' },
    { word: 'ev', path: 'events' },
    { word: 'events.events.k8s.io', path: 'events.events.k8s.io' },
  ])('$word is $path', async ({ word, path }) => {
    expect(await build([word, 'x'], {}, { fetch: false })).toEqual([expect.stringMatching(new RegExp(`^${path.replaceAll('.', '\\.')} `))]);
  });
});

describe('files', () => {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n';
  test.each([
    { given: 'a file', words: ['-f', 'a.yaml'], files: { 'a.yaml': pod }, found: ['pods default/web'] },
    { given: 'another namespace', words: ['-f', 'a.yaml'], files: { 'a.yaml': `${pod}  namespace: x\n` }, found: ['pods x/web'] },
    {
      given: 'several documents, one of them empty',
      words: ['-f', 'a.yaml'],
      files: { 'a.yaml': `# c\n---\n${pod}---\n---\n${pod.replace('web', 'b')}` },
      found: ['pods default/web', 'pods default/b'],
    },
    {
      given: 'a folder',
      words: ['-f', 'd'],
      files: {
        'd/b.yml': pod,
        'd/a.json': '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}',
        'd/c.txt': 'x',
        'd/e/f.yaml': pod,
      },
      found: ['namespaces -/n', 'pods default/web'],
    },
    { given: 'a folder and those below', words: ['-R', '-f', 'd'], files: { 'd/e/f.yaml': pod }, found: ['pods default/web'] },
    {
      given: 'a pattern',
      words: ['-f', '*.yaml'],
      files: { 'a.yaml': pod, 'b.yaml': pod, c: pod },
      found: ['pods default/web', 'pods default/web'],
    },
    { given: 'standard input', words: ['-f', '-'], files: {}, stdin: pod, found: ['pods default/web'] },
    {
      given: 'a List',
      words: ['-f', 'l.yaml'],
      files: { 'l.yaml': `apiVersion: v1\nkind: List\nitems:\n- ${pod.trimEnd().split('\n').join('\n  ')}\n` },
      found: ['pods default/web'],
    },
    {
      given: 'several JSON documents',
      words: ['-f', 'a.json'],
      files: {
        'a.json': '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}\n{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}',
      },
      found: ['pods default/a', 'pods default/b'],
    },
    {
      given: 'an unknown kind',
      words: ['-f', 'a.yaml'],
      files: { 'a.yaml': pod.replace('Pod', 'Frob') },
      found: [
        'error: resource mapping not found for name: "web" namespace: "" from "a.yaml": no matches for kind "Frob" in version "v1"\nensure CRDs are installed first',
      ],
    },
    {
      given: 'a document that does not decode among others',
      words: ['-f', 'a.yaml'],
      files: { 'a.yaml': `a: 1\n---\n${pod}` },
      found: ['error: unable to decode "a.yaml": Object \'Kind\' is missing in \'{"a":1}\'', 'pods default/web'],
    },
    {
      given: 'a document that does not parse behind others',
      words: ['-f', 'a.yaml'],
      files: { 'a.yaml': `${pod}---\na: [\n` },
      found: [
        'pods default/web',
        'error: error parsing a.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content',
      ],
    },
    {
      given: 'a URL',
      words: ['-f', 'https://example.com/x.yaml'],
      files: {},
      found: ['error: unable to read URL "https://example.com/x.yaml": kubemu makes no network requests and has no copy of it'],
    },
    {
      given: 'a file and arguments',
      words: ['-f', 'a.yaml', 'pod'],
      files: { 'a.yaml': pod },
      found: ['thrown: when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well'],
    },
    {
      given: 'the wrong namespace',
      words: ['-f', 'a.yaml', '-n', 'y'],
      files: { 'a.yaml': `${pod}  namespace: x\n` },
      found: [
        'error: the namespace from the provided object "x" does not match the namespace "y". You must pass \'--namespace=x\' to perform this operation.',
      ],
    },
  ])('$given: $found', async ({ words, files, stdin, found }) => {
    expect(await build(words, files as unknown as Record<string, string>, { enforceNamespace: true }, stdin)).toEqual(found);
  });
});
