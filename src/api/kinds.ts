// The table of contents: every kind with code of its own, in the order of discovery.
import { MutatingAdmissionPolicy } from './admissionregistration/mutatingadmissionpolicy.ts';
import { MutatingAdmissionPolicyBinding } from './admissionregistration/mutatingadmissionpolicybinding.ts';
import { MutatingWebhookConfiguration } from './admissionregistration/mutatingwebhookconfiguration.ts';
import { ValidatingAdmissionPolicy } from './admissionregistration/validatingadmissionpolicy.ts';
import { ValidatingAdmissionPolicyBinding } from './admissionregistration/validatingadmissionpolicybinding.ts';
import { ValidatingWebhookConfiguration } from './admissionregistration/validatingwebhookconfiguration.ts';
import { CustomResourceDefinition } from './apiextensions/customresourcedefinition.ts';
import { APIService } from './apiregistration/apiservice.ts';
import { ControllerRevision } from './apps/controllerrevision.ts';
import { DaemonSet } from './apps/daemonset.ts';
import { Deployment } from './apps/deployment.ts';
import { ReplicaSet } from './apps/replicaset.ts';
import { StatefulSet } from './apps/statefulset.ts';
import { HorizontalPodAutoscaler } from './autoscaling/horizontalpodautoscaler.ts';
import { HorizontalPodAutoscalerV1 } from './autoscaling/v1.ts';
import { CronJob } from './batch/cronjob.ts';
import { Job } from './batch/job.ts';
import { CertificateSigningRequest } from './certificates/certificatesigningrequest.ts';
import { Lease } from './coordination/lease.ts';
import { ComponentStatus } from './core/componentstatus.ts';
import { ConfigMap } from './core/configmap.ts';
import { Endpoints } from './core/endpoints.ts';
import { Event } from './core/event.ts';
import { LimitRange } from './core/limitrange.ts';
import { Namespace } from './core/namespace.ts';
import { Node } from './core/node.ts';
import { PersistentVolume } from './core/persistentvolume.ts';
import { PersistentVolumeClaim } from './core/persistentvolumeclaim.ts';
import { Pod } from './core/pod.ts';
import { PodTemplate } from './core/podtemplate.ts';
import { ReplicationController } from './core/replicationcontroller.ts';
import { ResourceQuota } from './core/resourcequota.ts';
import { Secret } from './core/secret.ts';
import { Service } from './core/service.ts';
import { ServiceAccount } from './core/serviceaccount.ts';
import { EndpointSlice } from './discovery/endpointslice.ts';
import { EventV1 } from './events/event.ts';
import { FlowSchema } from './flowcontrol/flowschema.ts';
import { PriorityLevelConfiguration } from './flowcontrol/prioritylevelconfiguration.ts';
import type { Kind } from './kind.ts';
import { Ingress } from './networking/ingress.ts';
import { IngressClass } from './networking/ingressclass.ts';
import { IPAddress } from './networking/ipaddress.ts';
import { NetworkPolicy } from './networking/networkpolicy.ts';
import { ServiceCIDR } from './networking/servicecidr.ts';
import { RuntimeClass } from './node/runtimeclass.ts';
import { PodDisruptionBudget } from './policy/poddisruptionbudget.ts';
import { ClusterRole } from './rbac/clusterrole.ts';
import { ClusterRoleBinding } from './rbac/clusterrolebinding.ts';
import { Role } from './rbac/role.ts';
import { RoleBinding } from './rbac/rolebinding.ts';
import { ResourceClaim } from './resource/resourceclaim.ts';
import { ResourceSlice } from './resource/resourceslice.ts';
import { PriorityClass } from './scheduling/priorityclass.ts';
import { CSIDriver } from './storage/csidriver.ts';
import { CSINode } from './storage/csinode.ts';
import { CSIStorageCapacity } from './storage/csistoragecapacity.ts';
import { StorageClass } from './storage/storageclass.ts';
import { VolumeAttachment } from './storage/volumeattachment.ts';
import { VolumeAttributesClass } from './storage/volumeattributesclass.ts';

export const kinds: readonly Kind[] = [
  Pod,
  Node,
  Namespace,
  ConfigMap,
  Secret,
  ServiceAccount,
  Service,
  Endpoints,
  Event,
  PersistentVolume,
  PersistentVolumeClaim,
  ResourceQuota,
  LimitRange,
  ReplicationController,
  PodTemplate,
  ComponentStatus,
  APIService,
  EventV1,
  Deployment,
  ReplicaSet,
  DaemonSet,
  StatefulSet,
  ControllerRevision,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerV1,
  Job,
  CronJob,
  CertificateSigningRequest,
  Ingress,
  IngressClass,
  NetworkPolicy,
  IPAddress,
  ServiceCIDR,
  PodDisruptionBudget,
  Role,
  ClusterRole,
  RoleBinding,
  ClusterRoleBinding,
  StorageClass,
  VolumeAttachment,
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  VolumeAttributesClass,
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  CustomResourceDefinition,
  PriorityClass,
  Lease,
  RuntimeClass,
  EndpointSlice,
  FlowSchema,
  PriorityLevelConfiguration,
  ResourceClaim,
  ResourceSlice,
];
