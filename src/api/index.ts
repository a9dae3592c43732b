// The room's door: the ordered list of kinds is kinds.ts, lookups over every built-in kind are builtin.ts.
export { builtinKinds, kindFor, kindForResource } from './builtin.ts';
export { builtinResources } from './generated/resources.ts';
export { kinds } from './kinds.ts';
