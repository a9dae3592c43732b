// The words of Go's decoders for a value of the wrong type.
import type { Structure } from '../models.ts';
import type { Segment } from './schema.ts';

/** Fields whose Go type is a named string or map; by struct and field. */
const NAMED_TYPES: Readonly<Record<string, string>> = {
  'PodSpec.restartPolicy': 'v1.RestartPolicy',
  'PodSpec.dnsPolicy': 'v1.DNSPolicy',
  'PodSpec.preemptionPolicy': 'v1.PreemptionPolicy',
  'Container.imagePullPolicy': 'v1.PullPolicy',
  'Container.terminationMessagePolicy': 'v1.TerminationMessagePolicy',
  'Container.restartPolicy': 'v1.ContainerRestartPolicy',
  'ContainerPort.protocol': 'v1.Protocol',
  'ServicePort.protocol': 'v1.Protocol',
  'NetworkPolicyPort.protocol': 'v1.Protocol',
  'EndpointPort.protocol': 'v1.Protocol',
  'HTTPGetAction.scheme': 'v1.URIScheme',
  'ServiceSpec.type': 'v1.ServiceType',
  'ServiceSpec.sessionAffinity': 'v1.ServiceAffinity',
  'ServiceSpec.externalTrafficPolicy': 'v1.ServiceExternalTrafficPolicy',
  'ServiceSpec.internalTrafficPolicy': 'v1.ServiceInternalTrafficPolicy',
  'ServiceSpec.ipFamilies': 'v1.IPFamily',
  'ServiceSpec.ipFamilyPolicy': 'v1.IPFamilyPolicy',
  'Toleration.effect': 'v1.TaintEffect',
  'Toleration.operator': 'v1.TolerationOperator',
  'Taint.effect': 'v1.TaintEffect',
  'DeploymentStrategy.type': 'v1.DeploymentStrategyType',
  'StatefulSetUpdateStrategy.type': 'v1.StatefulSetUpdateStrategyType',
  'StatefulSetSpec.podManagementPolicy': 'v1.PodManagementPolicyType',
  'DaemonSetUpdateStrategy.type': 'v1.DaemonSetUpdateStrategyType',
  'CronJobSpec.concurrencyPolicy': 'v1.ConcurrencyPolicy',
  'JobSpec.completionMode': 'v1.CompletionMode',
  'Secret.type': 'v1.SecretType',
  'PersistentVolumeClaimSpec.accessModes': 'v1.PersistentVolumeAccessMode',
  'PersistentVolumeSpec.accessModes': 'v1.PersistentVolumeAccessMode',
  'PersistentVolumeSpec.persistentVolumeReclaimPolicy': 'v1.PersistentVolumeReclaimPolicy',
  'PersistentVolumeClaimSpec.volumeMode': 'v1.PersistentVolumeMode',
  'NetworkPolicySpec.policyTypes': 'v1.PolicyType',
  'HTTPIngressPath.pathType': 'v1.PathType',
  'LabelSelectorRequirement.operator': 'v1.LabelSelectorOperator',
  'NodeSelectorRequirement.operator': 'v1.NodeSelectorOperator',
  'TopologySpreadConstraint.whenUnsatisfiable': 'v1.UnsatisfiableConstraintAction',
  'LimitRangeItem.type': 'v1.LimitType',
  'Capabilities.add': 'v1.Capability',
  'Capabilities.drop': 'v1.Capability',
  'ObjectMeta.uid': 'types.UID',
};

const QUANTITY = `quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`;

/** Undefined when nothing on the path is of a wrong type. */
export function unmarshalError(structure: Structure, root: string, path: readonly Segment[], found: unknown): string | undefined {
  const { code, where, named } = fieldAt(structure, root, path);
  return mismatch(found, code, where, named);
}

/** The same in the words of the converter that makes a typed object of a map, as the server does after a strategic merge patch. */
export function conversionError(structure: Structure, root: string, path: readonly Segment[], found: unknown): string | undefined {
  const { code, where, named } = fieldAt(structure, root, path);
  return unconvertible(found, code, named) ?? mismatch(found, code, where, named);
}

interface Field {
  /** What the structure says about its type. */
  code: string;
  /** `struct field PodSpec.spec.priority`. */
  where: string;
  named: string | undefined;
}

function fieldAt(structure: Structure, root: string, path: readonly Segment[]): Field {
  let model = root;
  let struct = '';
  let code = `:${root}`;
  let named: string | undefined;
  const names: string[] = [];
  for (const segment of path) {
    if (code[0] === '[' || code[0] === '{') {
      code = code.slice(1);
      continue;
    }
    if (code[0] !== ':') break;
    model = code.slice(1);
    struct = structName(model);
    names.push(String(segment));
    code = structure[model]?.[segment]?.replace(/!$/, '') ?? 'a';
    named = NAMED_TYPES[`${struct}.${segment}`];
  }
  return { code, where: struct ? `struct field ${struct}.${names.join('.')}` : 'value', named };
}

/** Undefined for what has a decoder of its own, whose words are the same either way. */
function unconvertible(value: unknown, code: string, named: string | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const kind = goKind(value);
  switch (code[0]) {
    case '[':
      if (!Array.isArray(value)) return `cannot restore slice from ${kind}`;
      return value.map((item) => unconvertible(item, code.slice(1), named)).find((text) => text !== undefined);
    case '{':
      if (kind !== 'map') return `cannot restore map from ${kind}`;
      return Object.values(value)
        .map((item) => unconvertible(item, code.slice(1), named))
        .find((text) => text !== undefined);
    case ':':
      return kind === 'map' ? undefined : `cannot restore struct from: ${kind}`;
    case 's':
      if (kind === 'string') return undefined;
      return kind === 'int64' ? `cannot convert int64 to ${goType(code, named)}` : 'unrecognized type: string';
    case 'b':
      return kind === 'bool' ? undefined : 'unrecognized type: bool';
    case 'i':
      if (kind === 'float64') return `cannot convert float64 to ${goType(code, named)}`;
      return kind === 'int64' ? undefined : `unrecognized type: ${goType(code, named)}`;
    case 'd':
      return typeof value === 'number' ? undefined : 'unrecognized type: float64';
    default:
      return undefined;
  }
}

function goKind(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : Array.isArray(value) ? 'slice' : 'map';
}

function mismatch(value: unknown, code: string, where: string, named: string | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  const wrong = (type: string, text = wordFor(value)): string => `json: cannot unmarshal ${text} into Go ${where} of type ${type}`;
  switch (code[0]) {
    case '[':
      if (!Array.isArray(value)) return wrong(goType(code, named));
      return value.map((item) => mismatch(item, code.slice(1), where, named)).find((text) => text !== undefined);
    case '{':
      if (typeof value !== 'object' || Array.isArray(value)) return wrong(goType(code, named));
      return Object.values(value)
        .map((item) => mismatch(item, code.slice(1), where, named))
        .find((text) => text !== undefined);
    case ':':
      return typeof value === 'object' && !Array.isArray(value) ? undefined : wrong(goType(code, named));
    case 's':
      return typeof value === 'string' ? undefined : wrong(goType(code, named));
    case 'b':
      return typeof value === 'boolean' ? undefined : wrong('bool');
    case 'i':
      if (typeof value !== 'number') return wrong(goType(code, named));
      return isInteger(value, code === 'i4' ? 31 : 63) ? undefined : wrong(goType(code, named), `number ${value}`);
    case 'd':
      return typeof value === 'number' ? undefined : wrong('float64');
    case 'q':
      return quantityError(value);
    case 'x':
      if (typeof value === 'string' || isInteger(value, 31)) return undefined;
      return `json: cannot unmarshal ${typeof value === 'number' ? `number ${value}` : wordFor(value)} into Go value of type int32`;
    case 't':
    case 'T':
      return timeError(value, code === 'T');
    case 'y':
      return typeof value === 'string' ? base64Error(value) : wrong('[]uint8');
    default:
      return undefined;
  }
}

const isInteger = (value: unknown, bits: number): boolean => Number.isInteger(value) && Math.abs(value as number) < 2 ** bits;

/** Unknown suffixes are told from texts that are no quantity at all. */
function quantityError(value: unknown): string {
  const match = typeof value === 'string' ? /^[+-]?([0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(value) : undefined;
  return match ? "unable to parse quantity's suffix" : QUANTITY;
}

function timeError(value: unknown, isMicro: boolean): string {
  if (typeof value !== 'string') return `json: cannot unmarshal ${wordFor(value)} into Go value of type string`;
  const layout = isMicro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const parts = [/^\d{4}/, /^-/, /^\d\d/, /^-/, /^\d\d/, /^T/, /^\d\d/, /^:/, /^\d\d/, /^:/, /^\d\d(\.\d+)?/, /^(Z|[-+]\d\d:\d\d)/];
  const words = ['2006', '-', '01', '-', '02', 'T', '15', ':', '04', ':', '05', 'Z07:00'];
  let rest = value;
  for (const [i, part] of parts.entries()) {
    const text = part.exec(rest)?.[0];
    if (text === undefined) return `parsing time "${value}" as "${layout}": cannot parse "${rest}" as "${words[i]}"`;
    rest = rest.slice(text.length);
  }
  return `parsing time "${value}": extra text: "${rest}"`;
}

function base64Error(text: string): string {
  const bad = /[^A-Za-z0-9+/\r\n]/.exec(text);
  return `illegal base64 data at input byte ${bad ? bad.index : Math.floor(text.length / 4) * 4}`;
}

function goType(code: string, named: string | undefined): string {
  switch (code[0]) {
    case '[':
      return `[]${goType(code.slice(1), named)}`;
    case '{':
      return code === '{q' ? 'v1.ResourceList' : `map[string]${goType(code.slice(1), named)}`;
    case ':':
      return `${/^[A-Za-z]*?V2/.test(code.slice(1)) ? 'v2' : 'v1'}.${structName(code.slice(1))}`;
    case 'i':
      return code === 'i4' ? 'int32' : 'int64';
    case 's':
      return named ?? 'string';
    case 'b':
      return 'bool';
    case 'd':
      return 'float64';
    case 'q':
      return 'resource.Quantity';
    case 'x':
      return 'intstr.IntOrString';
    case 't':
      return 'v1.Time';
    case 'T':
      return 'v1.MicroTime';
    case 'y':
      return '[]uint8';
    default:
      return 'interface {}';
  }
}

/** `V1Container` → `Container`, `RbacV1Subject` → `Subject`. */
const structName = (model: string): string => model.replace(/^[A-Za-z]*?V\d+(?:(?:alpha|beta)\d+)?/, '');

function wordFor(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
