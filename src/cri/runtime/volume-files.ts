// What lies in a volume of a Pod's machine, read from its kept state.
import { bytesToBuffer } from '../processes/bytes.ts';
import { readAll } from '../processes/content.ts';
import type { FileContent, MachineState } from '../processes/machine.ts';
import type { KernelState } from '../processes/state.ts';

/** Regular files by path below the volume's root; empty folders, links and pipes are left out. */
export function filesIn(state: MachineState, volume: string): Record<string, FileContent> {
  const { volumes, inodes } = state as KernelState;
  const files: Record<string, FileContent> = {};
  for (const [path, number] of Object.entries(volumes[volume] ?? {})) {
    const inode = inodes[number];
    if (inode?.t !== 'f') continue;
    const bytes = Buffer.from(bytesToBuffer(readAll(inode)));
    const text = bytes.toString('utf8');
    const isText = Buffer.from(text, 'utf8').equals(bytes);
    files[path.replace(/^\//, '')] = {
      text: isText ? text : bytes.toString('base64'),
      ...(isText ? {} : { binary: true }),
      mode: inode.mode,
    };
  }
  return files;
}
