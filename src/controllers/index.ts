// The controllers of kube-controller-manager, in the order in which they start.
import { apiServiceAvailabilityController } from './apiservice-availability.ts';
import { tokenCleanerController } from './bootstrap-token-cleaner.ts';
import { csrApprovingController } from './certificates/approving.ts';
import { csrCleanerController } from './certificates/cleaner.ts';
import { csrSigningController } from './certificates/signing.ts';
import { clusterRoleAggregationController } from './clusterrole-aggregation.ts';
import { cronJobController } from './cronjob/cronjob.ts';
import { daemonSetController } from './daemonset.ts';
import type { Controller } from './define.ts';
import { deploymentController } from './deployment/deployment.ts';
import { disruptionController } from './disruption.ts';
import { endpointsController } from './endpoints.ts';
import { endpointSliceController } from './endpointslice.ts';
import { endpointSliceMirroringController } from './endpointslice-mirroring.ts';
import { garbageCollectorController } from './garbage-collector.ts';
import { horizontalPodAutoscalerController } from './horizontalpodautoscaler/horizontalpodautoscaler.ts';
import { jobController } from './job/job.ts';
import { namespaceController } from './namespace.ts';
import { nodeLifecycleController } from './node-lifecycle.ts';
import { podGarbageCollectorController } from './pod-garbage-collector.ts';
import { replicaSetController } from './replicaset.ts';
import { replicationController } from './replicationcontroller.ts';
import { resourceClaimController } from './resourceclaim.ts';
import { resourceQuotaController } from './resourcequota.ts';
import { rootCaPublisherController } from './root-ca-publisher.ts';
import { serviceAccountController } from './serviceaccount.ts';
import { serviceAccountTokenController } from './serviceaccount-token.ts';
import { serviceCIDRController } from './servicecidr.ts';
import { statefulSetController } from './statefulset/statefulset.ts';
import { taintEvictionController } from './taint-eviction.ts';
import { ttlController } from './ttl.ts';
import { ttlAfterFinishedController } from './ttl-after-finished.ts';
import { validatingAdmissionPolicyStatusController } from './validatingadmissionpolicy-status.ts';
import { attachDetachController } from './volumes/attach-detach.ts';
import { ephemeralVolumeController } from './volumes/ephemeral.ts';
import { volumeExpanderController } from './volumes/expand.ts';
import { externalAttacherController } from './volumes/external-attacher.ts';
import { externalResizerController } from './volumes/external-resizer.ts';
import { localPathProvisionerController } from './volumes/local-path-provisioner.ts';
import { persistentVolumeBinderController } from './volumes/persistentvolume-binder.ts';
import { claimProtectionController, volumeProtectionController } from './volumes/protection.ts';

export const controllers: readonly Controller[] = [
  serviceAccountTokenController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  replicationController,
  resourceQuotaController,
  namespaceController,
  garbageCollectorController,
  serviceAccountController,
  daemonSetController,
  deploymentController,
  replicaSetController,
  statefulSetController,
  jobController,
  cronJobController,
  csrSigningController,
  csrApprovingController,
  csrCleanerController,
  ttlAfterFinishedController,
  persistentVolumeBinderController,
  localPathProvisionerController,
  attachDetachController,
  externalAttacherController,
  volumeExpanderController,
  externalResizerController,
  ephemeralVolumeController,
  resourceClaimController,
  claimProtectionController,
  volumeProtectionController,
  ttlController,
  tokenCleanerController,
  nodeLifecycleController,
  taintEvictionController,
  podGarbageCollectorController,
  horizontalPodAutoscalerController,
  disruptionController,
  clusterRoleAggregationController,
  rootCaPublisherController,
  validatingAdmissionPolicyStatusController,
  apiServiceAvailabilityController,
  serviceCIDRController,
];
