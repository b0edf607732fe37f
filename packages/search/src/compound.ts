/** A word inside a compound: what to make a term of, and the stretch that it stands for. */
export interface CompoundPart {
  word: string;
  start: number;
  length: number;
}

/**
 * Takes a compound apart at its hyphens and underscores. Where a part is a single character or holds
 * a digit, the whole is a word too, so that "K-9", "k9", "e-mail" and "email" meet. A comma between
 * thousands goes, other commas separate.
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
