// `kubectl --help`: every command under its heading.
import type { Heading } from '../verbs/registration.ts';

export async function programHelp(program: string, headings: readonly Heading[]): Promise<string> {
  const parts = [`${program} drives a Kubernetes cluster that lives in a JSON file.`];
  for (const { heading, verbs } of headings) {
    const rows: string[] = [];
    for (const [path, load] of Object.entries(verbs)) if (!path.includes(' ')) rows.push(`  ${path.padEnd(15)} ${(await load()).short}`);
    if (rows.length > 0) parts.push(`${heading}:\n${rows.join('\n')}`);
  }
  parts.push(`Usage:\n  ${program} [flags] [options]`);
  parts.push(
    `Use "${program} <command> --help" for more information about a given command.\nUse "${program} options" for a list of global command-line options (applies to all commands).`,
  );
  return `${parts.join('\n\n')}\n`;
}
