// Commands that the shell runs itself.

import type { Builtins } from './builtins/builtin.ts';
import { flow } from './builtins/flow.ts';
import { jobs } from './builtins/jobs.ts';
import { lookup } from './builtins/lookup.ts';
import { options } from './builtins/options.ts';
import { plain } from './builtins/plain.ts';
import { reading } from './builtins/read.ts';
import { variables } from './builtins/variables.ts';

export const builtins: Builtins = Object.assign(
  Object.create(null) as Record<string, never>,
  plain,
  variables,
  options,
  reading,
  flow,
  jobs,
  lookup,
);
