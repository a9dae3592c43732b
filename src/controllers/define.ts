// What every controller of kube-controller-manager shares: a declaration, and the Loop that the cluster hosts.
import type { Kind } from '../api/kind.ts';
import type { Client, EventRecorder } from '../client/client.ts';
import type { Clock } from '../machinery/clock.ts';
import { jsonEqual } from '../machinery/equal.ts';
import { CUSTOM_RESOURCES, type Loop, type LoopWatch, type ObjectEvent, type ReconcileResult } from '../machinery/loop.ts';
import { groupOf, type KubeObject, keyOf, type ObjectKey, parseKey } from '../machinery/object.ts';
import type { Random } from '../machinery/random.ts';
import { drawer, type Store } from '../machinery/store.ts';
import type { CertificateAuthority } from './certificates/authority.ts';

/** Any kind, where its type does not matter. */
export type AnyKind = Pick<Kind, 'names' | 'resource'>;

/** What the cluster gives to the controllers. */
export interface ControllerDeps {
  /** A client with the identity of the named component: `system:serviceaccount:kube-system:<name>`. */
  clientFor(name: string): Client;
  recorderFor(component: string): EventRecorder;
  clock: Clock;
  random: Random;
  /** The whole state; what a controller remembers between looks lies in a drawer of its own. */
  store: Store;
  authority: CertificateAuthority;
}

export interface ControllerContext {
  client: Client;
  recorder: EventRecorder;
  clock: Clock;
  random: Random;
  authority: CertificateAuthority;
  /** What this controller remembers between looks. */
  memory: Store;
}

/** A further watch: what a change puts into the queue. */
export interface ControllerWatch<T extends KubeObject = KubeObject> {
  kind: Pick<Kind<T>, 'resource'>;
  keys(event: ObjectEvent<T>): Iterable<string>;
}

/** For a watch of all custom resources. */
export const anyCustomKind: Pick<Kind, 'resource'> = { resource: CUSTOM_RESOURCES };

export interface ControllerDeclaration {
  /** As in kube-controller-manager: `replicaset-controller`. */
  name: string;
  /** The source of its events, where that is not its name. */
  component?: string;
  /** Its keys are those of this kind's objects, queued whenever one changes. */
  for: AnyKind;
  /** A change of such an object queues its controller owner. */
  owns?: readonly AnyKind[];
  /** What of an owned object matters; a change of nothing else is left alone. Everything matters when absent. */
  ownedView?(object: KubeObject): unknown;
  watches?: readonly ControllerWatch[];
  /** False leaves a change of the object itself alone; every change counts when absent. */
  relevant?(event: ObjectEvent): boolean;
  reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | undefined>;
  /** For owners with a selector: offers what has no controller to the owners of that namespace. */
  adopt?(namespace: string, context: ControllerContext): Promise<void>;
}

export interface Controller {
  readonly name: string;
  loop(deps: ControllerDeps): Loop;
}

/** The key that has the orphans of a namespace looked at; no object has an empty name. */
const orphansOf = (namespace: string): string => `${namespace}/`;

export function defineController(declaration: ControllerDeclaration): Controller {
  const { name } = declaration;
  return {
    name,
    loop(deps) {
      const context = { ...contextFor(name, deps), recorder: deps.recorderFor(declaration.component ?? name) };
      return {
        name,
        watches: watchesOf(declaration),
        async reconcile(key) {
          const objectKey = parseKey(key);
          if (objectKey.name || objectKey.namespace === undefined) return declaration.reconcile(objectKey, context);
          await declaration.adopt?.(objectKey.namespace, context);
          return undefined;
        },
      };
    },
  };
}

/** One controller's identity. */
export function contextFor(name: string, deps: ControllerDeps): ControllerContext {
  const { clientFor, recorderFor, clock, random, authority, store } = deps;
  return { client: clientFor(name), recorder: recorderFor(name), clock, random, authority, memory: drawer(store, `/kubemu/${name}/`) };
}

/** For `relevant`: a controller that alone writes the status of its objects need not look again when it has. */
export function moreThanStatus({ type, object, old }: ObjectEvent): boolean {
  if (type !== 'MODIFIED' || !old) return true;
  return differs(old, object, BESIDES) || differs(old.metadata, object.metadata, BESIDES_METADATA);
}

const BESIDES = new Set(['status', 'metadata']);
const BESIDES_METADATA = new Set(['resourceVersion', 'managedFields']);

function differs(before: object, after: object, besides: ReadonlySet<string>): boolean {
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  for (const field in is) if (is[field] !== was[field] && !besides.has(field) && !jsonEqual(was[field], is[field])) return true;
  for (const field in was) if (was[field] !== undefined && is[field] === undefined && !besides.has(field)) return true;
  return false;
}

/** Types a watch's event by its kind. */
export function watch<T extends KubeObject>(kind: Kind<T>, keys: (event: ObjectEvent<T>) => Iterable<string>): ControllerWatch {
  return { kind: kind as unknown as Kind, keys: keys as ControllerWatch['keys'] };
}

function watchesOf(declaration: ControllerDeclaration): LoopWatch[] {
  const { owns = [], watches = [], relevant = () => true, adopt, ownedView } = declaration;
  const matters = ({ type, object, old }: ObjectEvent): boolean =>
    type !== 'MODIFIED' || !old || !ownedView || !jsonEqual(ownedView(old), ownedView(object));
  return [
    { resource: declaration.for.resource, keys: (event) => (relevant(event) ? [keyOf(event.object)] : []) },
    ...owns.map((kind) => ({
      resource: kind.resource,
      keys: (event: ObjectEvent) => (matters(event) ? ownerKeys(event, declaration.for, adopt !== undefined) : []),
    })),
    ...watches.map(({ kind, keys }) => ({ resource: kind.resource, keys })),
  ];
}

/** The controller owners before and after; an orphan that is new or has changed hands or labels asks for adoption. */
function* ownerKeys(event: ObjectEvent, ownerKind: AnyKind, adopts: boolean): Iterable<string> {
  const { object, old } = event;
  const now = ownerKey(object, ownerKind);
  const before = old && ownerKey(old, ownerKind);
  if (before && before !== now) yield before;
  if (now) yield now;
  if (!adopts || event.type === 'DELETED' || controllerOf(object) || object.metadata.deletionTimestamp) return;
  const changed = !old || controllerOf(old) !== undefined || JSON.stringify(old.metadata.labels) !== JSON.stringify(object.metadata.labels);
  if (changed && object.metadata.namespace) yield orphansOf(object.metadata.namespace);
}

/** metav1.GetControllerOf. */
export function controllerOf(object: KubeObject): { apiVersion: string; kind: string; name: string; uid: string } | undefined {
  const { ownerReferences } = object.metadata;
  if (ownerReferences) for (const owner of ownerReferences) if (owner.controller) return owner;
  return undefined;
}

function ownerKey(object: KubeObject, { names }: AnyKind): string | undefined {
  const owner = controllerOf(object);
  if (owner?.kind !== names.kind || groupOf(owner.apiVersion) !== names.group) return undefined;
  return names.namespaced ? keyOf({ metadata: { namespace: object.metadata.namespace, name: owner.name } }) : owner.name;
}
