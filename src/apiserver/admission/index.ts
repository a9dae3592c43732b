// The table of contents: admission plugins in running order, as kube-apiserver orders them.

import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';

export const admissionPlugins: readonly AdmissionPlugin[] = [namespaceLifecycle];
