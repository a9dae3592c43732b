// The user's editor on a text: $KUBE_EDITOR, else $EDITOR, else vi.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubectlError, type VerbContext } from './verb.ts';

export interface Editing {
  /** Opens the editor and returns what was saved. */
  edit(text: string): string;
  end(): void;
}

/** A file of its own, for as many rounds as it takes. */
export async function startEditing(context: VerbContext, fileName: string): Promise<Editing> {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-edit-'));
  const file = join(folder, fileName);
  // Nothing that others may want to write waits for a person.
  await context.pass(0);
  return {
    edit(text) {
      const isWindows = context.flags.bool('windows-line-endings');
      writeFileSync(file, isWindows ? text.replaceAll('\n', '\r\n') : text, { mode: 0o600 });
      openEditor(context, file);
      return readFileSync(file, 'utf8').replaceAll('\r\n', '\n');
    },
    end: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const EDIT_HEADER = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;

export const isEmptyEdit = (text: string): boolean => text.split('\n').every((line) => line.trim() === '' || line.startsWith('#'));

function openEditor({ env, cwd }: VerbContext, file: string): void {
  const editor = env.KUBE_EDITOR || env.EDITOR || 'vi';
  const { status, error } = spawnSync(`${editor} ${JSON.stringify(file)}`, {
    shell: true,
    stdio: 'inherit',
    cwd,
    env: env as NodeJS.ProcessEnv,
  });
  if (error || status !== 0) throw new KubectlError(`there was a problem with the editor ${JSON.stringify(editor)}`);
}
