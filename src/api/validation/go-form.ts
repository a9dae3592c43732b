// What decoding into Go structs and encoding again does to an object: unknown fields, nulls and empty `omitempty` fields vanish,
// quantities and times take their canonical form. What is in that form already is returned as it is.
import { parseTime, rfc3339, rfc3339Micro } from '../../machinery/clock.ts';
import { canonicalQuantity } from '../../machinery/quantity.ts';
import type { Structure } from '../models.ts';

/** Times without omitempty: Go writes null when they are not set. */
const NULLABLE = new Set([
  'lastProbeTime',
  'lastTransitionTime',
  'lastUpdateTime',
  'eventTime',
  'firstTimestamp',
  'lastTimestamp',
  'currentMetrics',
]);

/** Optional strings that are pointers in Go, so that an empty one differs from none. */
const KEPT_EMPTY = new Set([
  'storageClassName',
  'volumeAttributesClassName',
  'ingressClassName',
  'runtimeClassName',
  'service',
  'group',
  'controllerName',
  'appProtocol',
  'matchPolicy',
  'reportingComponent',
  'reportingInstance',
  'timeZone',
  'managedBy',
  'divisor',
  'serviceName',
]);

/** Booleans and numbers that are plain values in Go: false and 0 are not written. */
const DROPPED_ZERO = new Set(
  `hostNetwork hostPID hostIPC readOnly stdin stdinOnce tty paused unschedulable publishNotReadyAddresses globalDefault
  minReadySeconds initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold hostPort nodePort
  observedGeneration availableReplicas fullyLabeledReplicas readyReplicas updatedReplicas unavailableReplicas
  healthCheckNodePort port targetPort insecureSkipTLSVerify`.split(/\s+/),
);

/** More such numbers, by model. */
const DROPPED_ZERO_OF: Readonly<Record<string, readonly string[]>> = {
  V1DeploymentStatus: ['replicas'],
  V1DaemonSetStatus: ['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable'],
  V1StatefulSetStatus: ['currentReplicas'],
  V1JobStatus: ['active', 'succeeded', 'failed'],
  V2HorizontalPodAutoscalerStatus: ['currentReplicas'],
  V1ContainerStateTerminated: ['signal'],
  CoreV1Event: ['count'],
  V1ObjectMeta: ['generation'],
};

/** Numbers of these models that are written although they are zero. */
const KEPT_ZERO_OF: Readonly<Record<string, readonly string[]>> = { V1StatefulSetStatus: ['availableReplicas'] };

export function goForm<T>(object: T, model: string, structure: Structure): T {
  return structOf(object, model, structure) as T;
}

function structOf(value: unknown, model: string, structure: Structure): unknown {
  const fields = structure[model];
  if (!fields || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const source = value as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  const change = (): Record<string, unknown> => {
    copy ??= { ...source };
    return copy;
  };
  for (const field of Object.keys(source)) {
    const code = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (code === undefined) {
      delete change()[field];
      continue;
    }
    const isRequired = code.endsWith('!');
    const formed = formOf(source[field], isRequired ? code.slice(0, -1) : code, structure);
    if (isDropped(formed, field, code, model, isRequired)) delete change()[field];
    else if (formed !== source[field]) change()[field] = formed;
  }
  return copy ?? value;
}

function isDropped(value: unknown, field: string, code: string, model: string, isRequired: boolean): boolean {
  if (value === undefined) return true;
  if (value === null) return !NULLABLE.has(field);
  if (isRequired) return false;
  if (code[0] === '[') return (value as unknown[]).length === 0 && !(field === 'conditions' || field === 'storedVersions');
  if (code[0] === '{') return Object.keys(value).length === 0;
  if (value === '') return code[0] !== 'x' && !isKeptEmpty(field, model);
  if (value === false || value === 0) {
    if (code[0] === 'x' || KEPT_ZERO_OF[model]?.includes(field)) return false;
    return DROPPED_ZERO.has(field) || (DROPPED_ZERO_OF[model]?.includes(field) ?? false);
  }
  return false;
}

function isKeptEmpty(field: string, model: string): boolean {
  if (KEPT_EMPTY.has(field)) return true;
  if (field === 'apiGroup') return model.startsWith('V1Typed');
  return (field === 'type' && model === 'V1HostPathVolumeSource') || (field === 'name' && model.endsWith('EndpointPort'));
}

function formOf(value: unknown, code: string, structure: Structure): unknown {
  if (value === null || value === undefined) return value;
  switch (code[0]) {
    case ':':
      return structOf(value, code.slice(1), structure);
    case '[':
      return sharing(value as unknown[], (item) => formOf(item, code.slice(1), structure));
    case '{':
      return mapOf(value as Record<string, unknown>, code.slice(1), structure);
    case 'q':
      return canonicalQuantity(value as string | number);
    case 't':
      return value === '' || /^.{19}Z$/.test(value as string) ? value : rfc3339(parseTime(value as string));
    case 'T':
      return value === '' || /^.{19}\.\d{6}Z$/.test(value as string) ? value : rfc3339Micro(parseTime(value as string));
    default:
      return value;
  }
}

function sharing(items: unknown[], form: (item: unknown) => unknown): unknown[] {
  const formed = items.map(form);
  return formed.every((item, i) => item === items[i]) ? items : formed;
}

function mapOf(map: Record<string, unknown>, code: string, structure: Structure): Record<string, unknown> {
  if (code === 's' || code === 'y' || code === 'a') {
    // A null text is an empty one; in Go there is no other.
    if (code === 'a' || !Object.values(map).includes(null)) return map;
    return Object.fromEntries(Object.entries(map).map(([key, text]) => [key, text ?? '']));
  }
  const keys = Object.keys(map);
  const formed = sharing(Object.values(map), (item) => formOf(item, code, structure));
  return formed.every((item, i) => item === map[keys[i] as string]) ? map : Object.fromEntries(keys.map((key, i) => [key, formed[i]]));
}
