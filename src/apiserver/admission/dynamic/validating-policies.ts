// Plays the ValidatingAdmissionPolicy plugin: policies in CEL, for the requests that a binding subjects to them. Audit annotations and
// the Audit action go nowhere, since there is no audit log yet: a warning says so.
import type { V1ValidatingAdmissionPolicySpec, V1Validation } from '../../../api/generated/types.ts';
import type { KubeObject } from '../../../machinery/object.ts';
import { CelError, celEngine } from '../../cel/engine.ts';
import type { AdmissionContext, Attributes } from '../plugin.ts';
import { type BindingSpec, denial, eachInvocation, type Invocation, PolicyProblem } from './policy.ts';

const POLICIES = 'validatingadmissionpolicies';

interface Denied {
  policy: KubeObject;
  binding: KubeObject | undefined;
  message: string;
  reason?: string | undefined;
}

export async function judge(attributes: Attributes, context: AdmissionContext): Promise<void> {
  const engine = await celEngine();
  const denied: Denied[] = [];
  const failed = (message: string, policy: KubeObject, binding: KubeObject | undefined): void => {
    if ((policy.spec as V1ValidatingAdmissionPolicySpec).failurePolicy !== 'Ignore') denied.push({ policy, binding, message });
  };
  eachInvocation(
    attributes,
    context,
    engine,
    POLICIES,
    (invocation) => {
      const { validations = [], auditAnnotations } = invocation.policy.spec as V1ValidatingAdmissionPolicySpec;
      if (auditAnnotations?.length) {
        attributes.warnings.push(
          `ValidatingAdmissionPolicy '${invocation.policy.metadata.name}': auditAnnotations are ignored, there is no audit log`,
        );
      }
      for (const validation of validations) {
        const verdict = validated(validation, invocation);
        if (verdict) act(verdict, attributes, denied);
      }
    },
    failed,
  );
  const [first] = denied;
  if (!first) return;
  const { policy, binding, message, reason } = first;
  const by = binding ? ` with binding '${binding.metadata.name}'` : '';
  throw denial(attributes, `ValidatingAdmissionPolicy '${policy.metadata.name}'${by} denied request: ${message}`, reason || 'Invalid');
}

function validated({ expression, message, messageExpression, reason }: V1Validation, invocation: Invocation): Denied | undefined {
  const { policy, binding, evaluate } = invocation;
  try {
    if (evaluate(expression).value === true) return undefined;
  } catch (error) {
    if (!(error instanceof PolicyProblem)) throw error;
    if ((policy.spec as V1ValidatingAdmissionPolicySpec).failurePolicy === 'Ignore') return undefined;
    return { policy, binding, message: error.message };
  }
  const said = messageExpression ? messageOf(messageExpression, evaluate) : undefined;
  return { policy, binding, message: said ?? (message?.trim() || `failed expression: ${expression.trim()}`), reason };
}

/** A message that cannot be told gives way to the next best one. */
function messageOf(expression: string, evaluate: Invocation['evaluate']): string | undefined {
  try {
    const { value } = evaluate(expression);
    const text = typeof value === 'string' ? value.trim() : '';
    return text && !text.includes('\n') ? text : undefined;
  } catch (error) {
    if (error instanceof PolicyProblem || error instanceof CelError) return undefined;
    throw error;
  }
}

function act(verdict: Denied, { warnings, decisions }: Attributes, denied: Denied[]): void {
  const { policy, binding, message } = verdict;
  for (const action of (binding?.spec as BindingSpec | undefined)?.validationActions ?? []) {
    if (action === 'Deny') denied.push(verdict);
    else if (action === 'Warn') {
      const by = `'${policy.metadata.name}' with binding '${binding?.metadata.name}'`;
      warnings.push(`Validation failed for ValidatingAdmissionPolicy ${by}: ${message}`);
    } else if (action === 'Audit') {
      decisions.push({ plugin: `ValidatingAdmissionPolicy/${policy.metadata.name}`, verdict: 'warned', message });
    }
  }
}
