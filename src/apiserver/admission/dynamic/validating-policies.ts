// Plays the ValidatingAdmissionPolicy plugin: policies in CEL, for the requests that a binding subjects to them. Audit annotations and
// what the Audit action finds become annotations of the audit event.
import type { V1AuditAnnotation, V1ValidatingAdmissionPolicySpec, V1Validation } from '../../../api/generated/types.ts';
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
      for (const annotation of auditAnnotations ?? []) annotate(annotation, invocation, attributes, denied);
      for (const [index, validation] of validations.entries()) {
        const verdict = validated(validation, invocation);
        if (verdict) act(verdict, index, attributes, denied);
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

/** `<policy>/<key>`; nothing when the expression gives null or an empty string. Values of several bindings are joined. */
function annotate({ key, valueExpression }: V1AuditAnnotation, invocation: Invocation, attributes: Attributes, denied: Denied[]): void {
  const { policy, binding, evaluate } = invocation;
  try {
    const { value } = evaluate(valueExpression);
    if (typeof value !== 'string' || value.trim() === '') return;
    const name = `${policy.metadata.name}/${key}`;
    const before = attributes.annotations[name];
    const text = value.trim();
    attributes.annotations[name] = before && !before.split(', ').includes(text) ? `${before}, ${text}` : text;
  } catch (error) {
    if (!(error instanceof PolicyProblem)) throw error;
    if ((policy.spec as V1ValidatingAdmissionPolicySpec).failurePolicy !== 'Ignore')
      denied.push({ policy, binding, message: error.message });
  }
}

const FAILURES = 'validation.policy.admission.k8s.io/validation_failure';

function act(verdict: Denied, expressionIndex: number, { warnings, decisions, annotations }: Attributes, denied: Denied[]): void {
  const { policy, binding, message } = verdict;
  for (const action of (binding?.spec as BindingSpec | undefined)?.validationActions ?? []) {
    if (action === 'Deny') denied.push(verdict);
    else if (action === 'Warn') {
      const by = `'${policy.metadata.name}' with binding '${binding?.metadata.name}'`;
      warnings.push(`Validation failed for ValidatingAdmissionPolicy ${by}: ${message}`);
    } else if (action === 'Audit') {
      decisions.push({ plugin: `ValidatingAdmissionPolicy/${policy.metadata.name}`, verdict: 'warned', message });
      const failures = JSON.parse(annotations[FAILURES] ?? '[]') as object[];
      const validationActions = (binding?.spec as BindingSpec | undefined)?.validationActions ?? [];
      failures.push({ message, policy: policy.metadata.name, binding: binding?.metadata.name, expressionIndex, validationActions });
      annotations[FAILURES] = JSON.stringify(failures);
    }
  }
}
