// Plays a CNI plugin's host-local address management: the next free address of the node's range, round robin.
// Interfaces and routes are left out: an address leads straight to a network namespace.
import type { NetworkNamespace } from '../machinery/dialer.ts';
import type { Store } from '../machinery/store.ts';

/** No address is left in the node's range. */
export class AddressesExhausted extends Error {
  constructor(cidr: string) {
    super(`failed to allocate for range 0: no IP addresses available in range set: ${rangeText(cidr)}`);
    this.name = 'AddressesExhausted';
  }
}

const ADDRESSES = '/kubemu/net/addresses/';

/** Gives `owner` an address of the node's range. The first two and the last address of a range are never given. */
export function assignAddress(store: Store, node: string, cidr: string, owner: NetworkNamespace): string {
  const { first, size } = parseRange(cidr);
  const lastKey = `/kubemu/net/ipam/${node}`;
  const last = store.get<number>(lastKey) ?? 1;
  const usable = size - 3;
  for (let step = 1; step <= usable; step++) {
    const offset = 2 + ((((last - 2 + step) % usable) + usable) % usable);
    const address = addressText(first + offset);
    if (store.get(ADDRESSES + address) !== undefined) continue;
    store.put(ADDRESSES + address, owner);
    store.put(lastKey, offset);
    return address;
  }
  throw new AddressesExhausted(cidr);
}

export function releaseAddress(store: Store, address: string, owner: NetworkNamespace): void {
  if (store.get<NetworkNamespace>(ADDRESSES + address) === owner) store.delete(ADDRESSES + address);
}

function parseRange(cidr: string): { first: number; size: number } {
  const [base = '', bits = '24'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const number = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  return { first: number - (number % size), size };
}

const addressText = (n: number): string => [n / 2 ** 24, n / 2 ** 16, n / 2 ** 8, n].map((part) => Math.floor(part) % 256).join('.');

function rangeText(cidr: string): string {
  const { first, size } = parseRange(cidr);
  return `${addressText(first + 1)}-${addressText(first + size - 2)}`;
}
