// The conflict that a writer with an old object gets.
import { conflict, type StatusError } from '../machinery/status.ts';
import type { Resource } from './resource.ts';

export const modified = (resource: Resource, name: string): StatusError =>
  conflict(resource.gr, name, 'the object has been modified; please apply your changes to the latest version and try again');
