// `label`.
import { changeMetadata } from '../metadata-changes.ts';
import { defineVerb, KubectlError } from '../verb.ts';

const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

export const label = defineVerb({
  short: 'Set and remove labels',
  examples: [
    { about: 'Set', command: 'kubectl label pod web tier=front' },
    { about: 'Change what is there', command: 'kubectl label pod web tier=back --overwrite' },
    { about: 'Remove', command: 'kubectl label pod web tier-' },
  ],
  flags: {
    overwrite: 'Change labels that are there already.',
    list: 'Show the labels.',
    all: 'All objects of the type.',
    local: 'Change files without asking the server.',
  },
  async run(context) {
    return changeMetadata(context, {
      field: 'labels',
      noun: 'label',
      example: 'pod',
      added: 'labeled',
      removed: 'unlabeled',
      both: 'modified',
      nothing: 'not labeled',
      check(key, value) {
        if (value.length > 63)
          throw new KubectlError(`invalid label value: ${JSON.stringify(`${key}=${value}`)}: must be no more than 63 characters`);
        if (!/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value))
          throw new KubectlError(`invalid label value: ${JSON.stringify(`${key}=${value}`)}: ${VALUE}`);
      },
    });
  },
});
