// Plays apiserver's content negotiation: the Accept header decides whether objects, tables or metadata alone are returned.

export interface Representation {
  as: 'object' | 'table' | 'metadata' | 'aggregated-discovery';
}

/** The first media type of the header that the server can answer with. */
export function representation(accept: string | undefined): Representation['as'] {
  if (!accept || accept === 'application/json') return 'object';
  for (const type of accept.split(',')) {
    if (type.includes('as=Table')) return 'table';
    if (type.includes('as=PartialObjectMetadata')) return 'metadata';
    if (type.includes('as=APIGroupDiscoveryList')) return 'aggregated-discovery';
    const bare = type.split(';', 1)[0]?.trim();
    if (bare === 'application/json' || bare === '*/*') return 'object';
  }
  return 'object';
}
