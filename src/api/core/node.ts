import type { Stored } from '../../machinery/object.ts';
import { defineKind } from '../define.ts';
import type { V1Node } from '../generated/types.ts';

export type Node = Stored<V1Node>;

export const Node = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
});
