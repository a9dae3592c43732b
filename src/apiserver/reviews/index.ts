// The table of contents: resources that are answered and not stored, by `resource.group`.
import type { ApiResponse } from '../../machinery/http.ts';
import type { Call } from '../call.ts';
import { nodeMetrics, podMetrics } from '../metrics/metrics-server.ts';
import type { Server } from '../server.ts';
import { localSubjectAccessReview, selfSubjectAccessReview, subjectAccessReview } from './access.ts';
import { componentStatuses } from './component-statuses.ts';
import { selfSubjectRulesReview } from './rules.ts';
import { selfSubjectReview } from './self.ts';
import { tokenReview } from './token.ts';

export type VirtualResource = (server: Server, call: Call) => Promise<ApiResponse>;

export const virtualResources: Readonly<Record<string, VirtualResource>> = {
  componentstatuses: componentStatuses,
  'localsubjectaccessreviews.authorization.k8s.io': localSubjectAccessReview,
  'nodes.metrics.k8s.io': nodeMetrics,
  'pods.metrics.k8s.io': podMetrics,
  'selfsubjectaccessreviews.authorization.k8s.io': selfSubjectAccessReview,
  'selfsubjectreviews.authentication.k8s.io': selfSubjectReview,
  'selfsubjectrulesreviews.authorization.k8s.io': selfSubjectRulesReview,
  'subjectaccessreviews.authorization.k8s.io': subjectAccessReview,
  'tokenreviews.authentication.k8s.io': tokenReview,
};
