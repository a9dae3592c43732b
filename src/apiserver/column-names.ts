// Names of columns as a server writes them: kinds declare them as kubectl prints them, in capitals (printers/internalversion).

const WRITTEN = [
  'AddressType',
  'AllowVolumeExpansion',
  'AttachRequired',
  'CIDRs',
  'Cluster-IP',
  'Container-Runtime',
  'DistinguisherMethod',
  'DriverName',
  'External-IP',
  'Global-Default',
  'HandSize',
  'IP',
  'Internal-IP',
  'Kernel-Version',
  'MatchingPrecedence',
  'MaxPods',
  'MinPods',
  'MissingPL',
  'NominalConcurrencyShares',
  'OS-Image',
  'PV',
  'ParamKind',
  'ParamRef',
  'ParentRef',
  'Pod-Selector',
  'PodInfoOnMount',
  'PolicyName',
  'PreemptionPolicy',
  'PriorityLevel',
  'QueueLengthLimit',
  'ReclaimPolicy',
  'RequestedDuration',
  'RequiresRepublish',
  'ServiceAccounts',
  'SignerName',
  'StorageCapacity',
  'StorageClass',
  'TokenRequests',
  'VolumeAttributesClass',
  'VolumeBindingMode',
  'VolumeMode',
];
const known = new Map(WRITTEN.map((name) => [name.toUpperCase(), name]));

/** `NOMINATED NODE` is `Nominated Node`, `UP-TO-DATE` is `Up-to-date`; what is not all capitals stays. */
export function columnName(header: string): string {
  const found = known.get(header);
  if (found !== undefined) return found;
  if (header !== header.toUpperCase()) return header;
  return header.toLowerCase().replace(/(^| )[a-z]/g, (start) => start.toUpperCase());
}
