// `annotate`.
import { changeMetadata } from '../metadata-changes.ts';
import { defineVerb } from '../verb.ts';

export const annotate = defineVerb({
  short: 'Set and remove annotations',
  examples: [
    { about: 'Set', command: "kubectl annotate pod web owner='team a'" },
    { about: 'Remove', command: 'kubectl annotate pod web owner-' },
  ],
  flags: {
    overwrite: 'Change annotations that are there already.',
    list: 'Show the annotations.',
    all: 'All objects of the type.',
    local: 'Change files without asking the server.',
  },
  async run(context) {
    return changeMetadata(context, {
      field: 'annotations',
      noun: 'annotation',
      example: 'rsrc',
      added: 'annotated',
      removed: 'annotated',
      both: 'annotated',
      nothing: 'annotated',
      check: () => undefined,
    });
  },
});
