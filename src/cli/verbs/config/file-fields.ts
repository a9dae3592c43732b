// Fields of clusters and users that name a file, or hold its content as `…-data`: `--embed-certs` chooses.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { KubectlError, type VerbContext } from '../../verb.ts';

/** Sets `certificate-authority` and its like from the flag of the same name; the other form of the field goes away. */
export function setFileField(context: VerbContext, stanza: Record<string, unknown>, field: string, embed: boolean): void {
  const path = context.flags.string(field);
  if (path === '') {
    delete stanza[field];
    return;
  }
  const absolute = resolve(context.cwd, path);
  if (!embed) {
    stanza[field] = absolute;
    delete stanza[`${field}-data`];
    return;
  }
  if (!statSync(absolute, { throwIfNoEntry: false })) {
    throw new KubectlError(`could not stat ${field} file ${path}: stat ${path}: no such file or directory`);
  }
  stanza[`${field}-data`] = readFileSync(absolute).toString('base64');
  delete stanza[field];
}
