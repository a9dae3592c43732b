// What an admission plugin is, and the chain that runs them in order.
import type { KubeObject } from '../../machinery/object.ts';
import type { AdmissionDecision } from '../../machinery/records.ts';
import { forbidden, StatusError } from '../../machinery/status.ts';
import type { User } from '../authentication.ts';
import type { Authorizer } from '../authorization/attributes.ts';
import type { ApiServerDeps } from '../context.ts';
import { isComponent, Outline } from '../recording.ts';
import type { Resource } from '../resource.ts';
import type { Resources } from '../resources.ts';
import type { Storage } from '../storage.ts';
import type { Reinvocation } from './reinvocation.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** admission.Attributes. */
export interface Attributes {
  operation: Operation;
  resource: Resource;
  subresource: string;
  namespace: string;
  /** Empty while a name is yet to be generated. */
  name: string;
  /** The draft; mutating plugins may change it. Absent for DELETE. */
  object?: KubeObject;
  /** The stored object, for UPDATE and DELETE. */
  old?: KubeObject;
  user: User;
  dryRun: boolean;
  /** Texts for `Warning` headers. */
  warnings: string[];
  /** What plugins did, for the records. */
  decisions: AdmissionDecision[];
  /** Annotations of the audit event. */
  annotations: Record<string, string>;
  /** Made by the first plugin that may have others asked again. */
  reinvocation?: Reinvocation;
}

/** What plugins may ask: the store below them, not the API above. */
export interface AdmissionContext extends ApiServerDeps {
  storage: Storage;
  resources: Resources;
  authorize: Authorizer;
}

export interface AdmissionPlugin {
  /** As `--enable-admission-plugins` spells it. */
  readonly name: string;
  /** `pods`, `deployments.apps`; all resources when absent. */
  readonly resources?: readonly string[];
  readonly operations: readonly Operation[];
  /**
   * Mutates, or refuses by throwing. Waits only for what answers over the network or is loaded first. What it changes it replaces,
   * two levels deep (`spec.containers`, not what is in the list), so that the records can tell.
   */
  admit?(attributes: Attributes, context: AdmissionContext): void | Promise<void>;
  /** Refuses by throwing; runs when nothing changes any more. */
  validate?(attributes: Attributes, context: AdmissionContext): void | Promise<void>;
  /** Told of what was stored: for plugins that count. */
  committed?(attributes: Attributes, stored: KubeObject, context: AdmissionContext): void;
}

export class Admission {
  /** By operation and resource. */
  private readonly chains: Record<Operation, Map<string, readonly AdmissionPlugin[]>> = {
    CREATE: new Map(),
    UPDATE: new Map(),
    DELETE: new Map(),
    CONNECT: new Map(),
  };

  constructor(
    private readonly plugins: readonly AdmissionPlugin[],
    private readonly context: AdmissionContext,
  ) {}

  async admit(attributes: Attributes): Promise<void> {
    await this.admitOnce(attributes);
    const { reinvocation } = attributes;
    if (!reinvocation?.isNeeded) return;
    reinvocation.isReinvoke = true;
    await this.admitOnce(attributes);
  }

  private async admitOnce(attributes: Attributes): Promise<void> {
    const { object } = attributes;
    // What plugins make of the components' own objects is always the same.
    const before = object && !isComponent(attributes.user) ? new Outline(object) : undefined;
    for (const plugin of this.chain(attributes)) {
      if (!plugin.admit) continue;
      const recorded = attributes.decisions.length;
      const pending = this.asked(plugin, 'admit', attributes);
      if (pending) await pending;
      if (!before || !plugin.resources) continue;
      const fields = before.changes();
      if (fields.length === 0) continue;
      if (attributes.decisions.length === recorded) attributes.decisions.push({ plugin: plugin.name, verdict: 'changed', fields });
    }
  }

  async validate(attributes: Attributes): Promise<void> {
    for (const plugin of this.chain(attributes)) {
      const pending = plugin.validate && this.asked(plugin, 'validate', attributes);
      if (pending) await pending;
    }
  }

  /** Most plugins answer at once. */
  private asked(plugin: AdmissionPlugin, what: 'admit' | 'validate', attributes: Attributes): Promise<void> | undefined {
    const warned = attributes.warnings.length;
    try {
      const pending = plugin[what]?.(attributes, this.context);
      if (pending) return this.waitedFor(plugin, pending, attributes, warned);
    } catch (error) {
      throw refusedBy(plugin, attributes, error);
    }
    noteWarnings(plugin, attributes, warned);
    return undefined;
  }

  private async waitedFor(plugin: AdmissionPlugin, pending: Promise<void>, attributes: Attributes, warned: number): Promise<void> {
    try {
      await pending;
    } catch (error) {
      throw refusedBy(plugin, attributes, error);
    }
    noteWarnings(plugin, attributes, warned);
  }

  committed(attributes: Attributes, stored: KubeObject): void {
    for (const plugin of this.chain(attributes)) plugin.committed?.(attributes, stored, this.context);
  }

  private chain({ operation, resource }: Attributes): readonly AdmissionPlugin[] {
    const key = resource.kind.resource;
    let chain = this.chains[operation].get(key);
    if (!chain) {
      chain = this.plugins.filter(
        (plugin) =>
          plugin.operations.includes(operation) &&
          (!plugin.resources || plugin.resources.includes(resource.kind.resource)) &&
          !this.context.options.disableAdmissionPlugins?.includes(plugin.name),
      );
      this.chains[operation].set(key, chain);
    }
    return chain;
  }
}

function refusedBy({ name }: AdmissionPlugin, { decisions }: Attributes, error: unknown): unknown {
  if (error instanceof StatusError) decisions.push({ plugin: name, verdict: 'refused', message: error.message });
  return error;
}

function noteWarnings({ name }: AdmissionPlugin, { warnings, decisions }: Attributes, from: number): void {
  for (let i = from; i < warnings.length; i++) decisions.push({ plugin: name, verdict: 'warned', message: warnings[i] as string });
}

/** The name that refusals use: an object whose name is yet to be generated goes by its prefix. */
export function nameInErrors({ name, object }: Attributes): string {
  return name || object?.metadata.name || object?.metadata.generateName || 'Unknown';
}

/** `pods "web" is forbidden: …` */
export function refusal(attributes: Attributes, why: string): StatusError {
  return forbidden(attributes.resource.gr, nameInErrors(attributes), why);
}
