// Label and field selectors of a list, watch or deletecollection, and which index can answer them.
import { type FieldSelector, matchesFields, parseFieldSelector } from '../machinery/fields.ts';
import { matches, parseSelector, type Selector, SelectorError } from '../machinery/labels.ts';
import type { KubeObject } from '../machinery/object.ts';
import { badRequest } from '../machinery/status.ts';
import type { RequestInfo } from './request-info.ts';
import type { Resource } from './resource.ts';

const OWNER_UID = 'metadata.ownerReferences.uid';
const NODE_NAME = 'spec.nodeName';
const ALWAYS = new Set(['metadata.name', 'metadata.namespace', OWNER_UID]);

export interface Selection {
  /** Selects everything. */
  readonly all: boolean;
  readonly index?: { by: 'node' | 'owner'; value: string };
  /** Everything that the index lists. */
  readonly byIndexAlone?: boolean;
  /** The one object that can match. */
  readonly name?: string;
  matches(object: KubeObject): boolean;
}

const EVERYTHING: Selection = { all: true, matches: () => true };

export function selectionOf(info: RequestInfo, resource: Resource): Selection {
  const labelText = info.query.get('labelSelector');
  // Watching one object by its path is watching the collection for its name.
  const fieldText = [info.query.get('fieldSelector'), info.name && `metadata.name=${info.name}`].filter(Boolean).join(',');
  if (!labelText && !fieldText) return EVERYTHING;
  let labels: Selector;
  let fields: FieldSelector;
  try {
    labels = parseSelector(labelText);
    fields = parseFieldSelector(fieldText);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
  const { selectableFields } = resource.kind.strategy;
  if (fields.length) checkFields(fields, resource);

  const owner = fields.find(({ field, equals }) => field === OWNER_UID && equals);
  const node = resource.kind.resource === 'pods' ? fields.find(({ field, equals }) => field === NODE_NAME && equals) : undefined;
  const name = fields.find(({ field, equals }) => field === 'metadata.name' && equals);
  const byValue = fields.filter(({ field }) => field !== OWNER_UID);
  return {
    all: labels.length === 0 && fields.length === 0,
    ...(owner ? { index: { by: 'owner' as const, value: owner.value } } : {}),
    ...(node?.value && !owner ? { index: { by: 'node' as const, value: node.value } } : {}),
    byIndexAlone: labels.length === 0 && fields.length === 1 && (owner !== undefined || Boolean(node?.value)),
    ...(name ? { name: name.value } : {}),
    matches(stored) {
      const object = resource.kind.storedAs?.fromStored(stored) ?? stored;
      if (labels.length && !matches(labels, object.metadata.labels)) return false;
      if (owner && !object.metadata.ownerReferences?.some(({ uid }) => uid === owner.value)) return false;
      if (byValue.length === 0) return true;
      const { name, namespace = '' } = object.metadata;
      const known: Record<string, string> = { ...selectableFields?.(object), 'metadata.name': name, 'metadata.namespace': namespace };
      if (resource.kind.resource === 'pods') known[NODE_NAME] = (object.spec as { nodeName?: string }).nodeName ?? '';
      return matchesFields(byValue, known);
    },
  };
}

function checkFields(fields: FieldSelector, resource: Resource): void {
  const { selectableFields } = resource.kind.strategy;
  let known: Record<string, string> | undefined;
  for (const { field } of fields) {
    if (ALWAYS.has(field) || (field === NODE_NAME && resource.kind.resource === 'pods')) continue;
    if (!selectableFields) {
      throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
    }
    known ??= selectableFields({ metadata: {}, spec: {}, status: {}, involvedObject: {}, regarding: {} } as unknown as KubeObject);
    if (!Object.hasOwn(known, field)) throw badRequest(`field label not supported: ${field}`);
  }
}
