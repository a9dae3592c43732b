// `create secret docker-registry`.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createFromFlags, nameArgument } from '../../../generator.ts';
import { contentHash } from '../../../name-hash.ts';
import { defineVerb, KubectlError, type VerbContext } from '../../../verb.ts';

export const createSecretDockerRegistry = defineVerb({
  short: 'Make a secret that lets Pods pull from a registry',
  examples: [
    {
      about: 'With a user and password',
      command:
        'kubectl create secret docker-registry pull --docker-server=registry.example.com --docker-username=me --docker-password=s3cret',
    },
  ],
  flags: {
    'docker-server': 'The registry.',
    'docker-username': 'User at the registry.',
    'docker-password': 'Password at the registry.',
    'docker-email': 'E-mail address at the registry.',
    'from-file': 'A docker config file to take as it is.',
    'append-hash': 'Append a hash of the content to the name.',
  },
  async run(context) {
    const name = nameArgument(context);
    const { flags } = context;
    const files = flags.list('from-file');
    const [username, password, server, email] = ['docker-username', 'docker-password', 'docker-server', 'docker-email'].map((flag) =>
      flags.string(flag),
    );
    if (files.length === 0 && (!username || !password || !server)) {
      throw new KubectlError(
        'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
      );
    }
    const content =
      files.length > 0
        ? fromFile(context, files[0] ?? '')
        : Buffer.from(dockerConfig(server ?? '', username ?? '', password ?? '', email ?? ''));
    const data = { '.dockerconfigjson': content.toString('base64') };
    const type = 'kubernetes.io/dockerconfigjson';
    const suffix = flags.bool('append-hash') ? `-${contentHash({ data, kind: 'Secret', name, type })}` : '';
    const draft = { kind: 'Secret', apiVersion: 'v1', metadata: { name: name + suffix }, data, type };
    await createFromFlags(context, draft, { failure: 'failed to create secret ' });
    return 0;
  },
});

function fromFile(context: VerbContext, text: string): Buffer {
  const path = text.slice(text.indexOf('=') + 1);
  try {
    return readFileSync(resolve(context.cwd, path));
  } catch {
    throw new KubectlError(`error reading ${path}: no such file or directory`);
  }
}

function dockerConfig(server: string, username: string, password: string, email: string): string {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  return JSON.stringify({ auths: { [server]: { username, password, ...(email ? { email } : {}), auth } } });
}
