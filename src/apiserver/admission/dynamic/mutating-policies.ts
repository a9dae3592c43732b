// Plays the MutatingAdmissionPolicy plugin: policies in CEL that change objects, by JSON patch or by applying a configuration (lists are
// merged by the keys that strategic merge patches use).
import type { V1MutatingAdmissionPolicySpec, V1Mutation } from '../../../api/generated/types.ts';
import { thaw } from '../../../machinery/freeze.ts';
import { JsonPatchError, jsonPatch } from '../../../machinery/json-patch.ts';
import { mergePatch } from '../../../machinery/merge-patch.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { strategicMergePatch } from '../../../machinery/strategic-merge-patch.ts';
import { celEngine, jsonOf } from '../../cel/engine.ts';
import { Outline } from '../../recording.ts';
import type { AdmissionContext, Attributes } from '../plugin.ts';
import { Reinvocation } from '../reinvocation.ts';
import { replaceDraft } from './matching.ts';
import { denial, eachInvocation, type Invocation, PolicyProblem } from './policy.ts';

const POLICIES = 'mutatingadmissionpolicies';

export async function mutate(attributes: Attributes, draft: KubeObject, context: AdmissionContext): Promise<void> {
  const engine = await celEngine();
  attributes.reinvocation ??= new Reinvocation();
  const reinvocation = attributes.reinvocation.of('MutatingAdmissionPolicy');
  reinvocation.begin(draft);
  const failed = (message: string, policy: KubeObject, binding: KubeObject | undefined): void => {
    if ((policy.spec as V1MutatingAdmissionPolicySpec).failurePolicy === 'Ignore') return;
    const by = binding ? ` with binding '${binding.metadata.name}'` : '';
    throw denial(attributes, `policy '${policy.metadata.name}'${by} denied request: ${message}`);
  };
  eachInvocation(
    attributes,
    context,
    engine,
    POLICIES,
    (invocation) => {
      const { policy, binding } = invocation;
      const id = `${policy.metadata.name}/${binding.metadata.name}`;
      if (!reinvocation.asks(id)) return;
      const before = new Outline(draft);
      for (const mutation of (invocation.policy.spec as V1MutatingAdmissionPolicySpec).mutations ?? []) {
        const after = mutated(draft, mutation, invocation, attributes);
        replaceDraft(draft, thaw(after));
        attributes.resource.kind.strategy.setDefaults?.(draft);
      }
      const ifNeeded = (policy.spec as V1MutatingAdmissionPolicySpec).reinvocationPolicy === 'IfNeeded';
      const fields = before.changes();
      reinvocation.answered(id, fields.length > 0, ifNeeded);
      if (fields.length) {
        attributes.decisions.push({ plugin: `MutatingAdmissionPolicy/${policy.metadata.name}`, verdict: 'changed', fields });
      }
    },
    failed,
  );
  reinvocation.end(draft);
}

function mutated(draft: KubeObject, mutation: V1Mutation, { evaluate }: Invocation, { resource }: Attributes): KubeObject {
  const { patchType, jsonPatch: patch, applyConfiguration } = mutation;
  if (patchType === 'JSONPatch') {
    const operations = jsonOf(evaluate(patch?.expression ?? '[]').value);
    try {
      return jsonPatch(draft, operations) as KubeObject;
    } catch (error) {
      if (error instanceof JsonPatchError) throw new PolicyProblem(`JSON Patch: ${error.message}`);
      throw error;
    }
  }
  const configuration = jsonOf(evaluate(applyConfiguration?.expression ?? 'Object{}').value) as Record<string, unknown>;
  for (const field of ['apiVersion', 'kind'] as const) {
    if (Object.hasOwn(configuration, field))
      throw new PolicyProblem(`error applying patch: invalid ApplyConfiguration: may not set ${field}`);
  }
  return (
    resource.custom ? mergePatch(draft, configuration) : strategicMergePatch(draft, configuration, resource.kind.names.kind)
  ) as KubeObject;
}
