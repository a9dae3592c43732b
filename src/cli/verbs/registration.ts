// What an entry of the table of contents is.
import type { Verb } from '../verb.ts';

export type LoadVerb = () => Promise<Verb>;

export interface Heading {
  heading: string;
  /** Path typed to the verb. */
  verbs: Readonly<Record<string, LoadVerb>>;
}

/** Finds a verb by its path; undefined when kubemu does not have it yet. */
export type FindVerb = (path: string) => LoadVerb | undefined;
