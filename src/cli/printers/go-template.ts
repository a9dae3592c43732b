// placeholder
import { KubectlError } from '../verb.ts';
export function compileTemplate(_text: string, _strict: boolean): { execute(object: unknown, write: (text: string) => void): void } {
  throw new KubectlError('kubemu does not run Go templates yet');
}
