import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1APIService } from '../generated/types.ts';

export type APIService = Stored<V1APIService>;

export const APIService = defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
});
