// Plays the DefaultIngressClass plugin: an Ingress that names no class gets the default one.
import type { V1IngressSpec } from '../../api/generated/types.ts';
import { defaultClass } from './default-class.ts';
import type { AdmissionPlugin } from './plugin.ts';

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses.networking.k8s.io'],
  operations: ['CREATE'],
  admit({ object, subresource }, { storage, resources }) {
    if (subresource || !object) return;
    const spec = object.spec as V1IngressSpec | undefined;
    if (!spec || spec.ingressClassName !== undefined || object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
    const classes = resources.find('networking.k8s.io', 'v1', 'ingressclasses');
    const found = classes && defaultClass(storage.few(classes, ''), ['ingressclass.kubernetes.io/is-default-class']);
    if (found) spec.ingressClassName = found.metadata.name;
  },
};
