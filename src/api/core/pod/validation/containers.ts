// Containers: what each must have, and what they must not share.
import type { FieldError } from '../../../../machinery/status.ts';
import {
  duplicate,
  fieldNotFound,
  forbiddenField,
  invalidFor,
  invalidValue,
  notSupported,
  required,
} from '../../../../machinery/validation/field-error.ts';
import { dnsLabel, envVarName, portName, portNumber } from '../../../../machinery/validation/names.ts';
import type { V1Container, V1ContainerPort, V1EnvFromSource, V1EnvVar, V1PodSpec, V1VolumeMount } from '../../../generated/types.ts';
import { validateLifecycle, validateProbe } from './probes.ts';
import { validateResources } from './resources.ts';

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const MESSAGE_POLICIES = ['FallbackToLogsOnError', 'File'];

/** @param volumes names of the Pod's volumes that are well */
export function validateContainers(spec: V1PodSpec, podAt: string, volumes: ReadonlySet<string>): FieldError[] {
  const at = `${podAt}.containers`;
  const containers = spec.containers ?? [];
  if (!containers.length) return [required(at)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, container] of containers.entries()) {
    errors.push(...validateContainer(container, `${at}[${i}]`, volumes));
    if (names.has(container.name)) errors.push(duplicate(`${at}[${i}].name`, container.name));
    else if (container.name) names.add(container.name);
    if (container.lifecycle) errors.push(...validateLifecycle(container.lifecycle, `${at}[${i}].lifecycle`));
    errors.push(...validateProbes(container, `${at}[${i}]`));
  }
  return [...errors, ...hostPortConflicts(containers, at)];
}

export function validateInitContainers(spec: V1PodSpec, podAt: string, volumes: ReadonlySet<string>): FieldError[] {
  const at = `${podAt}.initContainers`;
  const errors: FieldError[] = [];
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  for (const [i, container] of (spec.initContainers ?? []).entries()) {
    const here = `${at}[${i}]`;
    errors.push(...validateContainer(container, here, volumes));
    const isSidecar = container.restartPolicy === 'Always';
    if (container.restartPolicy && !['Always', 'Never', 'OnFailure'].includes(container.restartPolicy)) {
      errors.push(notSupported(`${here}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure']));
    }
    if (names.has(container.name)) errors.push(duplicate(`${here}.name`, container.name));
    else if (container.name) names.add(container.name);
    errors.push(...hostPortConflicts([container], here.replace(/\[\d+\]$/, '')));
    if (isSidecar) errors.push(...validateLifecycle(container.lifecycle, `${here}.lifecycle`), ...validateProbes(container, here));
    else {
      // What waits for its successor to be ready would wait for ever.
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
        if (container[field])
          errors.push(forbiddenField(`${here}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
      }
    }
  }
  return errors;
}

function validateProbes(container: V1Container, at: string): FieldError[] {
  return [
    ...validateProbe(container.livenessProbe, `${at}.livenessProbe`, true),
    ...validateProbe(container.readinessProbe, `${at}.readinessProbe`, false),
    ...validateProbe(container.startupProbe, `${at}.startupProbe`, true),
  ];
}

function validateContainer(container: V1Container, at: string, volumes: ReadonlySet<string>): FieldError[] {
  const { name, image } = container;
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${at}.name`));
  else errors.push(...invalidFor(`${at}.name`, name, dnsLabel(name)));
  if (!image) errors.push(required(`${at}.image`));
  else if (image.trim() !== image) errors.push(invalidValue(`${at}.image`, image, 'must not have leading or trailing whitespace'));
  const messages = container.terminationMessagePolicy;
  if (messages && !MESSAGE_POLICIES.includes(messages))
    errors.push(notSupported(`${at}.terminationMessagePolicy`, messages, MESSAGE_POLICIES));
  if (container.ports) errors.push(...validatePorts(container.ports, `${at}.ports`));
  if (container.env) errors.push(...validateEnv(container.env, `${at}.env`));
  errors.push(...validateEnvFrom(container.envFrom, `${at}.envFrom`), ...validateMounts(container, `${at}.volumeMounts`, volumes));
  const policy = container.imagePullPolicy;
  if (!policy) errors.push(required(`${at}.imagePullPolicy`));
  else if (!PULL_POLICIES.includes(policy)) errors.push(notSupported(`${at}.imagePullPolicy`, policy, PULL_POLICIES));
  if (container.resources) errors.push(...validateResources(container.resources, `${at}.resources`));
  const { securityContext: security } = container;
  if (security?.privileged && security.allowPrivilegeEscalation === false) {
    errors.push(invalidValue(`${at}.securityContext`, security, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  for (const field of ['runAsUser', 'runAsGroup'] as const) {
    const id = security?.[field];
    if (id !== undefined && id < 0)
      errors.push(invalidValue(`${at}.securityContext.${field}`, id, 'must be between 0 and 2147483647, inclusive'));
  }
  return errors;
}

function validatePorts(ports: readonly V1ContainerPort[] | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, { name, containerPort, hostPort, protocol }] of (ports ?? []).entries()) {
    const here = `${at}[${i}]`;
    if (name) {
      const wrong = portName(name);
      if (wrong.length) errors.push(...invalidFor(`${here}.name`, name, wrong));
      else if (names.has(name)) errors.push(duplicate(`${here}.name`, name));
      else names.add(name);
    }
    if (!containerPort) errors.push(required(`${here}.containerPort`));
    else errors.push(...invalidFor(`${here}.containerPort`, containerPort, portNumber(containerPort)));
    if (hostPort) errors.push(...invalidFor(`${here}.hostPort`, hostPort, portNumber(hostPort)));
    if (!protocol) errors.push(required(`${here}.protocol`));
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${here}.protocol`, protocol, PROTOCOLS));
  }
  return errors;
}

function hostPortConflicts(containers: readonly V1Container[], at: string): FieldError[] {
  const errors: FieldError[] = [];
  const taken = new Set<string>();
  for (const [i, { ports = [] }] of containers.entries()) {
    for (const [j, { protocol, hostIP = '', hostPort }] of ports.entries()) {
      if (!hostPort) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(key)) errors.push(duplicate(`${at}[${i}].ports[${j}].hostPort`, key));
      else taken.add(key);
    }
  }
  return errors;
}

const SOURCES = ['configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef'] as const;
const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

function validateEnv(env: readonly V1EnvVar[] | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { name, value, valueFrom }] of (env ?? []).entries()) {
    const here = `${at}[${i}]`;
    if (!name) errors.push(required(`${here}.name`));
    else errors.push(...invalidFor(`${here}.name`, name, envVarName(name)));
    if (!valueFrom) continue;
    const sources = SOURCES.filter((source) => valueFrom[source]);
    const from = `${here}.valueFrom`;
    if (!sources.length)
      errors.push(
        invalidValue(from, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'),
      );
    else if (value) errors.push(invalidValue(from, '', 'may not be specified when `value` is not empty'));
    else if (sources.length > 1) errors.push(invalidValue(from, '', 'may not have more than one field specified at a time'));
    const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
    if (fieldRef && !fieldRef.fieldPath) errors.push(required(`${from}.fieldRef.fieldPath`));
    else if (
      fieldRef &&
      !FIELD_PATHS.includes(fieldRef.fieldPath) &&
      !/^metadata\.(annotations|labels)\['.+'\]$/.test(fieldRef.fieldPath)
    ) {
      errors.push(
        isDownward(fieldRef.fieldPath)
          ? notSupported(`${from}.fieldRef.fieldPath`, fieldRef.fieldPath, FIELD_PATHS)
          : invalidValue(
              `${from}.fieldRef.fieldPath`,
              fieldRef.fieldPath,
              `error converting fieldPath: field label not supported: ${fieldRef.fieldPath}`,
            ),
      );
    }
    for (const [source, reference] of [
      ['configMapKeyRef', configMapKeyRef],
      ['secretKeyRef', secretKeyRef],
    ] as const) {
      if (!reference) continue;
      if (!reference.name) errors.push(required(`${from}.${source}.name`));
      if (!reference.key) errors.push(required(`${from}.${source}.key`));
    }
  }
  return errors;
}

const isDownward = (path: string): boolean =>
  ['metadata.labels', 'metadata.annotations', 'spec.restartPolicy', 'spec.schedulerName', 'status.phase'].includes(path);

function validateEnvFrom(sources: readonly V1EnvFromSource[] | undefined, at: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, { prefix, configMapRef, secretRef }] of (sources ?? []).entries()) {
    const here = `${at}[${i}]`;
    if (prefix) errors.push(...invalidFor(`${here}.prefix`, prefix, envVarName(prefix)));
    if (configMapRef && !configMapRef.name) errors.push(required(`${here}.configMapRef.name`));
    if (secretRef && !secretRef.name) errors.push(required(`${here}.secretRef.name`));
    if (!configMapRef && !secretRef) errors.push(invalidValue(here, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef && secretRef) errors.push(invalidValue(here, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

function validateMounts(container: V1Container, at: string, volumes: ReadonlySet<string>): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
    const here = `${at}[${i}]`;
    if (!mount.name) errors.push(required(`${here}.name`));
    else if (!volumes.has(mount.name)) errors.push(fieldNotFound(`${here}.name`, mount.name));
    if (!mount.mountPath) errors.push(required(`${here}.mountPath`));
    else if (paths.has(mount.mountPath)) errors.push(invalidValue(`${here}.mountPath`, mount.mountPath, 'must be unique'));
    paths.add(mount.mountPath);
    errors.push(...validateSubPath(mount, here));
  }
  return errors;
}

function validateSubPath({ subPath, subPathExpr }: V1VolumeMount, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (subPath && subPathExpr) errors.push(invalidValue(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive'));
  for (const [field, path] of [
    ['subPath', subPath],
    ['subPathExpr', subPathExpr],
  ] as const) {
    if (path?.startsWith('/')) errors.push(invalidValue(`${at}.${field}`, path, 'must be a relative path'));
    if (path?.split('/').includes('..')) errors.push(invalidValue(`${at}.${field}`, path, "must not contain '..'"));
  }
  return errors;
}
