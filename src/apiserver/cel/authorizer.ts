// The `authorizer` of expressions: asks for somebody whether something is allowed, as `authorizer.group('').resource('pods').check('get')`.
import type { Environment } from '@marcbachmann/cel-js';

export interface Asked {
  /** Of a service account; the requesting user when absent. */
  serviceAccount?: { namespace: string; name: string };
  verb: string;
  path?: string;
  group: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
}

export type Authorized = (asked: Asked) => { allowed: boolean; reason: string };

class Check {
  constructor(
    readonly ask: Authorized,
    readonly asked: Omit<Asked, 'verb'>,
  ) {}
  with(change: Partial<Asked>): Check {
    return new Check(this.ask, { ...this.asked, ...change });
  }
}

class CelAuthorizer extends Check {
  /** What the request itself asks for; there where an expression may ask about it. */
  requestResource?: ResourceCheck;
}
class PathCheck extends Check {}
class GroupCheck extends Check {}
class ResourceCheck extends Check {}
class Verdict {
  constructor(
    readonly allowed: boolean,
    readonly reason: string,
  ) {}
}

const NOTHING = { group: '', resource: '', subresource: '', namespace: '', name: '' };

export function addAuthorizer(env: Environment): {
  create(ask: Authorized, request?: Omit<Asked, 'verb'>): unknown;
  typeOf(variable: string): string;
} {
  const authorizer = 'kubernetes.authorization.Authorizer';
  const path = 'kubernetes.authorization.PathCheck';
  const group = 'kubernetes.authorization.GroupCheck';
  const resource = 'kubernetes.authorization.ResourceCheck';
  const decision = 'kubernetes.authorization.Decision';
  env.registerType(authorizer, CelAuthorizer);
  env.registerType(path, PathCheck);
  env.registerType(group, GroupCheck);
  env.registerType(resource, ResourceCheck);
  env.registerType(decision, Verdict);
  env.registerFunction(
    `${authorizer}.path(string): ${path}`,
    ({ ask, asked }: Check, at: string) => new PathCheck(ask, { ...asked, path: at }),
  );
  env.registerFunction(
    `${authorizer}.group(string): ${group}`,
    ({ ask, asked }: Check, name: string) => new GroupCheck(ask, { ...asked, group: name }),
  );
  env.registerFunction(
    `${authorizer}.serviceAccount(string, string): ${authorizer}`,
    ({ ask, asked }: Check, namespace: string, name: string) => new CelAuthorizer(ask, { ...asked, serviceAccount: { namespace, name } }),
  );
  env.registerFunction(
    `${group}.resource(string): ${resource}`,
    ({ ask, asked }: Check, plural: string) => new ResourceCheck(ask, { ...asked, resource: plural }),
  );
  for (const field of ['subresource', 'namespace', 'name'] as const) {
    env.registerFunction(
      `${resource}.${field}(string): ${resource}`,
      ({ ask, asked }: Check, value: string) => new ResourceCheck(ask, { ...asked, [field]: value }),
    );
  }
  const check = ({ ask, asked }: Check, verb: string): Verdict => {
    const { allowed, reason } = ask({ ...asked, verb });
    return new Verdict(allowed, reason);
  };
  env.registerFunction(`${path}.check(string): ${decision}`, check);
  env.registerFunction(`${resource}.check(string): ${decision}`, check);
  env.registerFunction(`${decision}.allowed(): bool`, ({ allowed }: Verdict) => allowed);
  env.registerFunction(`${decision}.reason(): string`, ({ reason }: Verdict) => reason);
  env.registerFunction(`${decision}.errored(): bool`, () => false);
  env.registerFunction(`${decision}.error(): string`, () => '');
  return {
    create(ask, request) {
      const created = new CelAuthorizer(ask, NOTHING);
      if (request) created.requestResource = new ResourceCheck(ask, request);
      return created;
    },
    typeOf: () => authorizer,
  };
}
