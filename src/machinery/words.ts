// Whole words of a text for others: what makes one object's JSON into that of another one like it.

/** Each word and what stands in its place. Words begin and end with letters or digits. */
export type Words = readonly (readonly [from: string, to: string])[];

/**
 * A word counts only where no letter or digit touches it, the escapes of JSON aside; of words that begin alike the longest one counts. The word is the
 * pattern's only group, so `split` leaves words at odd places.
 */
export function wordPattern(words: readonly string[]): RegExp {
  const alternatives = [...words].sort((a, b) => b.length - a.length).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<=^|[^A-Za-z0-9]|\\\\[bfnrt])(${alternatives.join('|')})(?![A-Za-z0-9])`, 'g');
}

export function replaceWords(text: string, words: Words): string {
  const by = new Map(words);
  return text.replace(wordPattern([...by.keys()]), (word) => by.get(word) ?? word);
}
