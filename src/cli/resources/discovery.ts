// placeholder until the next commit
import type { Client } from '../../client/client.ts';
import type { RestMapper } from './mapper.ts';
export async function discoveryMapper(_client: Client): Promise<RestMapper> {
  throw new Error('no mapper yet');
}
