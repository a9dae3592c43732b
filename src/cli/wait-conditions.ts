// What `wait --for` understands: delete, create, condition=…, jsonpath=….
import type { KubeObject } from '../machinery/object.ts';
import { isNotFound } from '../machinery/status.ts';
import { compileJsonPath, type JsonPath, JsonPathError } from './printers/jsonpath.ts';
import { relaxedPath } from './printers/relaxed-path.ts';
import type { Info } from './resources/builder.ts';
import { getObject } from './rest.ts';
import { KubectlError, type VerbContext } from './verb.ts';

export interface Condition {
  kind: 'create' | 'delete' | 'condition' | 'jsonpath';
  met(context: VerbContext, info: Info): Promise<boolean>;
}

export function conditionOf(text: string): Condition {
  const lower = text.toLowerCase();
  if (lower === 'create') return { kind: 'create', met: async () => true };
  if (lower === 'delete') return { kind: 'delete', met: isDeleted };
  if (lower.startsWith('condition=')) {
    const rest = text.slice('condition='.length);
    const equals = rest.indexOf('=');
    const name = equals < 0 ? rest : rest.slice(0, equals);
    const value = equals < 0 ? 'true' : rest.slice(equals + 1);
    return { kind: 'condition', met: (context, info) => seen(context, info, (object) => hasCondition(object, name, value)) };
  }
  if (lower.startsWith('jsonpath=')) return jsonPathCondition(text.slice('jsonpath='.length));
  throw new KubectlError(`unrecognized condition: ${JSON.stringify(text)}`);
}

async function isDeleted(context: VerbContext, info: Info): Promise<boolean> {
  try {
    const { metadata } = await getObject(context, info.mapping, info.namespace, info.name);
    return info.object !== undefined && metadata.uid !== info.object.metadata.uid;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

/** Looks at the object as it is now. One that went away cannot meet anything: it is waited for. */
async function seen(context: VerbContext, info: Info, check: (object: KubeObject) => boolean): Promise<boolean> {
  try {
    return check(await getObject(context, info.mapping, info.namespace, info.name));
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

interface AnyCondition {
  type?: string;
  status?: string;
  observedGeneration?: number;
}

function hasCondition(object: KubeObject, name: string, value: string): boolean {
  const status = object.status as { conditions?: readonly AnyCondition[]; observedGeneration?: number } | undefined;
  const condition = status?.conditions?.find(({ type }) => type?.toLowerCase() === name.toLowerCase());
  if (!condition) return false;
  // A status about an older spec says nothing about this one.
  const observed = condition.observedGeneration ?? status?.observedGeneration;
  if (observed !== undefined && object.metadata.generation !== undefined && observed < object.metadata.generation) return false;
  return condition.status?.toLowerCase() === value.toLowerCase();
}

function jsonPathCondition(text: string): Condition {
  const { expression, value } = splitValue(text);
  const path = compiled(expression);
  return { kind: 'jsonpath', met: (context, info) => seen(context, info, (object) => hasValue(path, object, value)) };
}

function compiled(expression: string): JsonPath {
  try {
    return compileJsonPath(relaxedPath(expression));
  } catch (error) {
    if (error instanceof JsonPathError) throw new KubectlError(error.message);
    throw error;
  }
}

/** The value stands behind an equals sign outside the braces. */
function splitValue(text: string): { expression: string; value: string | undefined } {
  const close = text.lastIndexOf('}');
  const equals = text.indexOf('=', Math.max(0, close));
  if (equals < 0) return { expression: text, value: undefined };
  const value = text.slice(equals + 1).replace(/^(['"])(.*)\1$/, '$2');
  if (value === '')
    throw new KubectlError("jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3");
  return { expression: text.slice(0, equals), value };
}

function hasValue(path: JsonPath, object: KubeObject, value: string | undefined): boolean {
  const found = path.find(object).flat();
  if (found.length === 0) return false;
  if (value === undefined) return true;
  if (found.length > 1) throw new KubectlError('given jsonpath expression matches more than one value');
  const [only] = found;
  if (typeof only === 'object' && only !== null)
    throw new KubectlError('jsonpath leads to a nested object or list, which is not supported');
  return String(only) === value;
}
