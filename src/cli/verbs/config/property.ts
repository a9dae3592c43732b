// `clusters.NAME.server`: property names of `config set` and `config unset`. Names may hold dots; fields do not.
import type { Cluster, Context, Entry, Kubeconfig, User } from '../../../client/kubeconfig.ts';
import { KubectlError } from '../../verb.ts';

export type Stanzas = Map<string, Entry<Cluster | User | Context>>;

export interface Property {
  /** `current-context`, `preferences` or one of the three lists. */
  section: string;
  name: string;
  field: string;
}

const fields: Readonly<Record<string, readonly string[]>> = {
  clusters: [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority',
    'certificate-authority-data',
    'proxy-url',
    'disable-compression',
  ],
  users: [
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
    'token',
    'tokenFile',
    'act-as',
    'username',
    'password',
  ],
  contexts: ['cluster', 'user', 'namespace'],
};

/** A field that is no field of the section is taken as part of the name. */
export function parseProperty(text: string): Property {
  const dot = text.indexOf('.');
  const section = dot < 0 ? text : text.slice(0, dot);
  if (section === 'current-context' || section === 'preferences') return { section, name: '', field: dot < 0 ? '' : text.slice(dot + 1) };
  const known = fields[section];
  if (!known) throw new KubectlError(`unable to parse ${text} after [] at api.Config`);
  const rest = dot < 0 ? '' : text.slice(dot + 1);
  const field = known.find((one) => rest.endsWith(`.${one}`)) ?? '';
  return { section, name: field ? rest.slice(0, -field.length - 1) : rest, field };
}

export function stanzasOf(config: Kubeconfig, section: string): Stanzas {
  return (section === 'clusters' ? config.clusters : section === 'users' ? config.users : config.contexts) as Stanzas;
}

export const booleanFields: readonly string[] = ['insecure-skip-tls-verify', 'disable-compression'];
export const isData = (field: string): boolean => field.endsWith('-data');
