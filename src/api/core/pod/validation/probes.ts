// Probes and lifecycle hooks: exactly one handler, sensible numbers.
import type { FieldError } from '../../../../machinery/status.ts';
import { forbiddenField, invalidFor, invalidValue, notSupported, required } from '../../../../machinery/validation/field-error.ts';
import { portName, portNumber } from '../../../../machinery/validation/names.ts';
import type { IntOrString, V1Lifecycle, V1LifecycleHandler, V1Probe } from '../../../generated/types.ts';

const NUMBERS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const;

/** Liveness and startup probes succeed at once. */
export function validateProbe(probe: V1Probe | undefined, at: string, succeedsAtOnce: boolean): FieldError[] {
  if (!probe) return [];
  const errors = validateHandler(probe, at);
  for (const field of NUMBERS)
    if ((probe[field] ?? 0) < 0) errors.push(invalidValue(`${at}.${field}`, probe[field], 'must be greater than or equal to 0'));
  const grace = probe.terminationGracePeriodSeconds;
  if (grace !== undefined && grace <= 0) errors.push(invalidValue(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (succeedsAtOnce && probe.successThreshold !== undefined && probe.successThreshold !== 1) {
    errors.push(invalidValue(`${at}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return errors;
}

export function validateLifecycle(lifecycle: V1Lifecycle | undefined, at: string): FieldError[] {
  return [
    ...(lifecycle?.postStart ? validateHandler(lifecycle.postStart, `${at}.postStart`) : []),
    ...(lifecycle?.preStop ? validateHandler(lifecycle.preStop, `${at}.preStop`) : []),
  ];
}

function validateHandler(handler: V1Probe | V1LifecycleHandler, at: string): FieldError[] {
  const kinds = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((kind) => (handler as Record<string, unknown>)[kind]);
  if (!kinds.length) return [required(at, 'must specify a handler type')];
  const errors: FieldError[] = kinds.slice(1).map((kind) => forbiddenField(`${at}.${kind}`, 'may not specify more than 1 handler type'));
  const [kind] = kinds;
  if (kind === 'exec' && !handler.exec?.command?.length) errors.push(required(`${at}.exec.command`));
  if (kind === 'httpGet' && handler.httpGet) {
    const { path, port, scheme } = handler.httpGet;
    if (!path) errors.push(required(`${at}.httpGet.path`));
    errors.push(...validatePort(port, `${at}.httpGet.port`));
    if (scheme && scheme !== 'HTTP' && scheme !== 'HTTPS') errors.push(notSupported(`${at}.httpGet.scheme`, scheme, ['HTTP', 'HTTPS']));
  }
  if (kind === 'tcpSocket') errors.push(...validatePort(handler.tcpSocket?.port, `${at}.tcpSocket.port`));
  return errors;
}

/** A number, or the name of a container's port. */
export function validatePort(port: IntOrString | undefined, at: string): FieldError[] {
  if (typeof port === 'string') return invalidFor(at, port, portName(port));
  return invalidFor(at, port ?? 0, portNumber(port ?? 0));
}
