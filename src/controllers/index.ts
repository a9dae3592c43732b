// The controllers of kube-controller-manager, in the order in which they start.
import type { Controller } from './define.ts';
import { deploymentController } from './deployment/deployment.ts';
import { endpointsController } from './endpoints.ts';
import { endpointSliceController } from './endpointslice.ts';
import { replicaSetController } from './replicaset.ts';
import { rootCaPublisherController } from './root-ca-publisher.ts';
import { serviceAccountController } from './serviceaccount.ts';

export const controllers: readonly Controller[] = [
  endpointsController,
  endpointSliceController,
  serviceAccountController,
  deploymentController,
  replicaSetController,
  rootCaPublisherController,
];
