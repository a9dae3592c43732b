// apimachinery's util/validation: what names, labels and keys may look like. Each function returns what is wrong, in the server's words.
import type { FieldError } from '../status.ts';
import { invalidFor } from './field-error.ts';

const byteLength = (text: string): number => Buffer.byteLength(text);

/** No UTF-16 unit takes more than three bytes, and names are short. */
const isLonger = (text: string, bytes: number): boolean => text.length * 3 > bytes && byteLength(text) > bytes;

export const tooLongText = (bytes: number): string => `must be no more than ${bytes} bytes`;

function sentence(text: string, pattern: string, ...examples: string[]): string {
  return `${text} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`;
}

interface Rule {
  pattern: RegExp;
  most: number;
  text: string;
}

function rule(fmt: string, most: number, text: string, ...examples: string[]): Rule {
  return { pattern: new RegExp(`^${fmt}$`), most, text: sentence(text, fmt, ...examples) };
}

function check({ pattern, most, text }: Rule, value: string): string[] {
  const errors: string[] = [];
  if (isLonger(value, most)) errors.push(tooLongText(most));
  if (!pattern.test(value)) errors.push(text);
  return errors;
}

const label1123 = rule(
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?',
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);
const subdomain1123 = rule(
  '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*',
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);
const label1035 = rule(
  '[a-z]([-a-z0-9]*[a-z0-9])?',
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
);
const labelValue = rule(
  '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?',
  63,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyValue',
  'my_value',
  '12345',
);
const namePart = rule(
  '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]',
  63,
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyName',
  'my.name',
  '123-abc',
);
const configKey = rule(
  '[-._a-zA-Z0-9]+',
  253,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
);

export const dnsLabel = (value: string): string[] => check(label1123, value);

export const dnsSubdomain = (value: string): string[] => check(subdomain1123, value);

export const dns1035Label = (value: string): string[] => check(label1035, value);

export const validLabelValue = (value: string): string[] => check(labelValue, value);

/** `name` or `prefix/name`: keys of labels and annotations, resource names, finalizers. */
export function qualifiedName(value: string): string[] {
  if (sound.has(value)) return [];
  const errors = checkQualified(value);
  if (errors.length === 0 && sound.size < 1000) sound.add(value);
  return errors;
}

/** The same keys come with every object. */
const sound = new Set<string>();

function checkQualified(value: string): string[] {
  const parts = value.split('/');
  if (parts.length > 2)
    return [`a qualified name ${namePart.text} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  const [name = '', prefix] = parts.reverse();
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...dnsSubdomain(prefix).map((text) => `prefix part ${text}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (isLonger(name, 63)) errors.push(`name part ${tooLongText(63)}`);
  if (name === '' || !namePart.pattern.test(name)) errors.push(`name part ${namePart.text}`);
  return errors;
}

/** Names that only have to fit into a path: those of RBAC objects. */
export function pathSegment(value: string): string[] {
  if (value === '.' || value === '..') return [`may not be '${value}'`];
  return ['/', '%'].filter((c) => value.includes(c)).map((c) => `may not contain '${c}'`);
}

/** Keys of ConfigMaps and Secrets. */
export function validConfigKey(value: string): string[] {
  const errors = check(configKey, value);
  if (value === '.') errors.push("must not be '.'");
  else if (value === '..') errors.push("must not be '..'");
  else if (value.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

export function envVarName(value: string): string[] {
  return /^[ -<>-~]+$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

export const portNumber = (port: number): string[] => (port >= 1 && port <= 65_535 ? [] : ['must be between 1 and 65535, inclusive']);

export function portName(value: string): string[] {
  const errors: string[] = [];
  if (value.length > 15) errors.push(tooLongText(15));
  if (!/^[-a-z0-9]+$/.test(value)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(value)) errors.push('must contain at least one letter (a-z)');
  if (value.includes('--')) errors.push('must not contain consecutive hyphens');
  if (/^-|-$/.test(value)) errors.push('must not begin or end with a hyphen');
  return errors;
}

export type NameRule = 'dns-subdomain' | 'dns-label' | 'dns-1035' | 'path-segment';

const rules: Readonly<Record<NameRule, (value: string) => string[]>> = {
  'dns-subdomain': dnsSubdomain,
  'dns-label': dnsLabel,
  'dns-1035': dns1035Label,
  'path-segment': pathSegment,
};

export const checkName = (kind: NameRule, value: string): string[] => rules[kind](value);

export function labelErrors(labels: Readonly<Record<string, string>> | undefined, field: string): FieldError[] {
  return Object.keys(labels ?? {})
    .sort()
    .flatMap((key) => [
      ...invalidFor(field, key, qualifiedName(key)),
      ...invalidFor(field, labels?.[key], validLabelValue(labels?.[key] ?? '')),
    ]);
}
