// `--from-literal`, `--from-file` and `--from-env-file` of configmap and secret generators.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { KubectlError, type VerbContext } from './verb.ts';

export interface Source {
  key: string;
  bytes: Buffer;
}

/** All keys in the order in which kubectl adds them: files, literals; or environment files alone. */
export async function readSources(context: VerbContext): Promise<Source[]> {
  const { flags } = context;
  const [files, literals, envFiles] = [flags.list('from-file'), flags.list('from-literal'), flags.list('from-env-file')];
  if (envFiles.length > 0) {
    if (files.length > 0 || literals.length > 0) throw new KubectlError('from-env-file cannot be combined with from-file or from-literal');
    return envFiles.flatMap((file) => fromEnvFile(context, file));
  }
  const sources: Source[] = [];
  for (const literal of literals) sources.push(fromLiteral(literal));
  for (const file of files) sources.push(...(await fromFile(context, file)));
  return sources;
}

function fromLiteral(text: string): Source {
  const equals = text.indexOf('=');
  if (equals < 1) throw new KubectlError(`invalid literal source ${text}, expected key=value`);
  const value = text.slice(equals + 1);
  // Quotes that survived the shell are taken off, as in --from-literal='a="b"'.
  const quoted = /^(['"])(.*)\1$/s.exec(value);
  return { key: text.slice(0, equals), bytes: Buffer.from(quoted && value.length > 1 ? (quoted[2] ?? '') : value) };
}

async function fromFile(context: VerbContext, text: string): Promise<Source[]> {
  const parts = text.split('=');
  if (parts.length > 2) throw new KubectlError("key names or file paths cannot contain '='");
  const [first = '', second] = parts;
  if (second !== undefined && first === '') throw new KubectlError(`key name for file path ${second} missing`);
  if (second === '') throw new KubectlError(`file path for key name ${first} missing`);
  const path = second ?? first;
  if (path === '-' || path === '/dev/stdin')
    return [{ key: second === undefined ? 'stdin' : first, bytes: Buffer.from(await context.stdin()) }];
  const full = resolve(context.cwd, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) throw new KubectlError(`error reading ${path}: no such file or directory`);
  if (!stat.isDirectory()) return [{ key: second === undefined ? basename(path) : first, bytes: readBytes(full, path) }];
  if (second !== undefined) throw new KubectlError('cannot give a key name for a directory path');
  // Subdirectories and what is no regular file are left out, and so are names that make no key.
  return readdirSync(full, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[-._a-zA-Z0-9]+$/.test(entry.name))
    .map((entry) => ({ key: entry.name, bytes: readBytes(join(full, entry.name), join(path, entry.name)) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

const ENV_NAME =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

/** The complaint about a name of an environment variable, or undefined. */
export function badEnvName(name: string): string | undefined {
  return /^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(name) ? undefined : `"${name}" is not a valid key name: ${ENV_NAME}`;
}

function fromEnvFile(context: VerbContext, path: string): Source[] {
  const full = resolve(context.cwd, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) throw new KubectlError(`error reading ${path}: no such file or directory`);
  if (stat.isDirectory()) throw new KubectlError('env config file cannot be a directory');
  const sources: Source[] = [];
  for (const raw of readBytes(full, path).toString('utf8').split(/\r?\n/)) {
    const line = raw.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const key = equals < 0 ? line : line.slice(0, equals);
    const problem = badEnvName(key);
    if (problem) throw new KubectlError(problem);
    // A name alone takes its value from the environment of the command, and is left out when there is none.
    const value = equals < 0 ? context.env[key] : line.slice(equals + 1);
    if (value !== undefined) sources.push({ key, bytes: Buffer.from(value) });
  }
  return sources;
}

function readBytes(full: string, shown: string): Buffer {
  try {
    return readFileSync(full);
  } catch (error) {
    throw new KubectlError(
      `error reading ${shown}: ${(error as NodeJS.ErrnoException).code === 'EACCES' ? 'permission denied' : (error as Error).message}`,
    );
  }
}

/** Checks keys as validation.IsConfigMapKey does, and that none comes twice. */
export function checkKeys(sources: readonly Source[], kind: 'ConfigMap' | 'Secret', name: string): void {
  const seen = new Set<string>();
  for (const { key } of sources) {
    const problem = badKey(key);
    if (problem) {
      throw new KubectlError(
        kind === 'ConfigMap'
          ? `"${key}" is not a valid key name for a ConfigMap: ${problem}`
          : `"${key}" is not valid key name for a Secret ${problem}`,
      );
    }
    if (seen.has(key)) {
      throw new KubectlError(
        kind === 'ConfigMap'
          ? `cannot add key "${key}", another key by that name already exists in Data for ConfigMap "${name}"`
          : `cannot add key ${key}, another key by that name already exists`,
      );
    }
    seen.add(key);
  }
}

function badKey(key: string): string | undefined {
  if (key.length > 253) return 'must be no more than 253 characters';
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  }
  if (key === '.') return "must not be '.'";
  if (key.startsWith('..')) return key === '..' ? "must not be '..'" : "must not start with '..'";
  return undefined;
}
