// JSON values as Go's %v prints them: `map[a:b c:[1 2]]`.

export function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return value === null || value === undefined ? '<nil>' : String(value);
  const fields = value as Record<string, unknown>;
  return `map[${Object.keys(fields)
    .sort()
    .map((key) => `${key}:${goValue(fields[key])}`)
    .join(' ')}]`;
}
