/** A word inside a compound: what to make a term of, and the range that it stands for. */
export interface CompoundPart {
  word: string;
  start: number;
  length: number;
}

/**
 * Splits a compound at its hyphens and underscores. If a part is a single character or has a digit,
 * the whole is a word, too, so that "K-9" matches "k9", and "e-mail" matches "email". Commas
 * between thousands are removed; other commas separate.
 */
export function splitCompound(compound: string): CompoundPart[] {
  const words = splitAt(compound, /[_\-‐‑]/v);
  const parts = words.flatMap(({ word, start }) => {
    if (THOUSANDS.test(word))
      return [{ word: word.replaceAll(",", ""), start, length: word.length }];
    return splitAt(word, ",").map((part) => ({ ...part, start: start + part.start }));
  });
  if (words.length > 1 && words.some(({ word }) => word.length === 1 || /\p{Nd}/v.test(word))) {
    const whole = words.map(({ word }) => word).join("");
    parts.unshift({ word: whole, start: 0, length: compound.length });
  }
  return parts;
}

const THOUSANDS = /^\p{Nd}{1,3}(?:,\p{Nd}{3})+(?:\.|\P{Nd}|$)/v;

function splitAt(text: string, separator: string | RegExp): CompoundPart[] {
  let start = 0;
  return text.split(separator).map((word) => {
    const part = { word, start, length: word.length };
    start += word.length + 1;
    return part;
  });
}
