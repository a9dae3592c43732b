// Objects are frozen once and then shared between rooms instead of cloned. These loops see every value that is written: `for … in` and
// counted ones allocate nothing.

/**
 * Freezes a JSON value all the way down and returns it. A frozen node is taken as frozen below it too,
 * so that an object which shares subtrees with a stored one costs only what is new. Members that are undefined go: JSON
 * has none, and an object must read the same from memory as from the file.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) for (let i = 0; i < value.length; i++) deepFreeze(value[i]);
  else {
    const record = value as Record<string, unknown>;
    for (const key in record) {
      const child = record[key];
      if (child === undefined) delete record[key];
      else if (typeof child === 'object') deepFreeze(child);
    }
  }
  return Object.freeze(value);
}

/** A deep copy that may be changed, of a JSON value. */
export function thaw<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(thaw) as T;
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    copy[key] = typeof child === 'object' ? thaw(child) : child;
  }
  return copy as T;
}
