// metav1.PartialObjectMetadata: an object's metadata alone, for clients that ask for nothing else.
import type { KubeObject } from '../machinery/object.ts';

export function partialMetadata(object: KubeObject): { kind: string; apiVersion: string; metadata: KubeObject['metadata'] } {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
