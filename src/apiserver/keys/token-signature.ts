// The last part of a service account's token. Signing is the dearest step of a Pod's start, and most tokens are never read: the kubelet
// asks for its Pods' tokens without it, and it is added when a process opens the file.
import type { Random } from '../../machinery/random.ts';
import { sign } from './p256.ts';
import { tokenKey } from './token-key.ts';

/** @param text head and claims of the token; @returns a dot and the signature: 87 characters */
export const tokenSignature = (random: Random, text: string): string => `.${sign(tokenKey(random).key, text).toString('base64url')}`;
