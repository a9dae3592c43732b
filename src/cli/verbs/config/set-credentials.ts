// kubectl config set-credentials
import type { VerbContext } from '../../verb.ts';
import { defineVerb, KubectlError } from '../../verb.ts';
import { editConfig, goList, newStanza, usageThenError } from './edit.ts';
import { setFileField } from './file-fields.ts';

export const setCredentials = defineVerb({
  short: 'Add a user to the kubeconfig or change one',
  long: 'Adds a user to the kubeconfig, or changes the given fields of one that is there. A user proves who it is by a client certificate, a token, a password or a program.',
  examples: [
    { about: 'Let the user cluster-admin come with a token', command: 'kubectl config set-credentials cluster-admin --token=abc' },
  ],
  flags: {
    'auth-provider': 'Name of an auth provider.',
    'auth-provider-arg': 'key=value for the auth provider; key- removes one.',
    'client-certificate': 'File with the client certificate.',
    'client-key': 'File with the key of the client certificate.',
    'embed-certs': 'Put the content of the certificate files into the kubeconfig.',
    'exec-api-version': 'API version of the program that delivers credentials.',
    'exec-arg': 'Argument of that program; may be repeated.',
    'exec-command': 'Program that delivers credentials.',
    'exec-env': 'key=value for its environment; key- removes one.',
    'exec-interactive-mode': 'Never, IfAvailable or Always.',
    'exec-provide-cluster-info': 'Tell the program which cluster it is for.',
    password: 'Password of basic authentication.',
    token: 'Bearer token.',
    username: 'User name of basic authentication.',
  },
  async run(context) {
    const { args, flags } = context;
    const [name, ...rest] = args;
    if (name === undefined || rest.length > 0) return usageThenError(context, `unexpected args: ${goList(args)}`);
    const providerArgs = await pairs(context, 'auth-provider-arg');
    const variables = await pairs(context, 'exec-env');
    const methods = [
      ...(flags.string('token') ? ['--token'] : []),
      ...(flags.string('username') || flags.string('password') ? ['--username/--password'] : []),
    ];
    if (methods.length > 1)
      throw new KubectlError(`you cannot specify more than one authentication method at the same time: ${methods.join(', ')}`);
    if (flags.bool('embed-certs') && !flags.string('client-certificate') && !flags.string('client-key')) {
      throw new KubectlError('you must specify a --client-certificate or --client-key to embed');
    }
    await editConfig(context, (config) => {
      const entry = config.users.get(name) ?? newStanza({});
      config.users.set(name, entry);
      const user: Record<string, unknown> = entry.value;
      for (const field of ['client-certificate', 'client-key'])
        if (flags.given(field)) setFileField(context, user, field, flags.bool('embed-certs'));
      if (flags.given('token')) {
        user.token = flags.string('token');
        if (user.token !== '') for (const field of ['username', 'password']) delete user[field];
      }
      for (const field of ['username', 'password']) {
        if (!flags.given(field)) continue;
        user[field] = flags.string(field);
        delete user.token;
      }
      if (flags.given('auth-provider')) user['auth-provider'] = { config: null, name: flags.string('auth-provider') };
      const provider = user['auth-provider'] as { config: Record<string, string> | null } | undefined;
      if (provider && providerArgs.size > 0) provider.config = applied(provider.config ?? {}, providerArgs);
      if (flags.string('exec-command'))
        user.exec = {
          apiVersion: null,
          args: null,
          command: flags.string('exec-command'),
          env: null,
          interactiveMode: 'IfAvailable',
          provideClusterInfo: false,
        };
      const exec = user.exec as Record<string, unknown> | undefined;
      if (!exec) return;
      if (flags.given('exec-api-version')) exec.apiVersion = flags.string('exec-api-version');
      if (flags.given('exec-arg')) exec.args = [...flags.list('exec-arg')];
      if (flags.given('exec-interactive-mode')) exec.interactiveMode = flags.string('exec-interactive-mode');
      if (flags.given('exec-provide-cluster-info')) exec.provideClusterInfo = flags.bool('exec-provide-cluster-info');
      if (variables.size > 0) {
        const before = Object.fromEntries(
          ((exec.env as { name: string; value: string }[] | null) ?? []).map((one) => [one.name, one.value]),
        );
        exec.env = Object.entries(applied(before, variables)).map(([key, value]) => ({ name: key, value }));
      }
    });
    context.out(`User "${name}" set.`);
    return 0;
  },
});

/** `key=value` sets, `key-` removes. */
async function pairs(context: VerbContext, flag: string): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const text of context.flags.list(flag)) {
    const equals = text.indexOf('=');
    if (equals > 0) found.set(text.slice(0, equals), text.slice(equals + 1));
    else if (text.endsWith('-') && text.length > 1) found.set(text.slice(0, -1), undefined);
    else await usageThenError(context, `invalid ${flag} format: ${text}`);
  }
  return found;
}

function applied(before: Record<string, string>, changes: ReadonlyMap<string, string | undefined>): Record<string, string> {
  const after = { ...before };
  for (const [key, value] of changes) {
    if (value === undefined) delete after[key];
    else after[key] = value;
  }
  return after;
}
