// kubectl's print flags: `-o` and `--template` to something that prints objects.
import type { VerbContext } from '../verb.ts';
import { KubectlError } from '../verb.ts';

/** Prints objects, whole or as a list, the way `-o` asks. Each call of `print` is one document. */
export interface Printer {
  print(object: unknown): void;
}

export interface PrinterOptions {
  /** `get` knows more: custom-columns, custom-columns-file and wide are listed among the allowed formats. */
  tables?: boolean;
}

/** Throws for an unknown format and for templates that do not parse, so that a bad `-o` changes nothing. */
export async function printerFor(context: VerbContext, _options: PrinterOptions): Promise<Printer> {
  const output = context.flags.string('output');
  const { write } = context;
  if (output === 'yaml') {
    const { writeYaml } = await import('../../machinery/yaml-write.ts');
    let documents = 0;
    return { print: (object) => write((documents++ > 0 ? '---\n' : '') + writeYaml(object)) };
  }
  if (output === 'json') return { print: (object) => write(`${JSON.stringify(object, null, 4)}\n`) };
  throw new KubectlError(`unable to match a printer suitable for the output format "${output}"`);
}
