/*
 * Estimates tokens without a tokenizer, since each model has its own. Counts in thirds of a token: one for an ASCII
 * character (English prose needs a quarter of a token, code and figures a third), two for each UTF-8 byte of any other.
 * That makes two tokens for a character of three bytes, which is what the scripts that tokenizers know least need.
 */
const THIRDS = 3;

/**
 * Estimates the tokens of a text, erring on the high side: one for three ASCII characters, and about two for each other
 * character.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(cutToTokens(text, Infinity).tokens);
}

/** Returns the longest beginning of a text that has at most `maxTokens` by estimate, and that estimate. */
export function cutToTokens(text: string, maxTokens: number): { text: string; tokens: number } {
  let thirds = 0;
  let end = 0;
  for (const character of text) {
    const more = thirdsOf(character.codePointAt(0) as number);
    if (thirds + more > maxTokens * THIRDS) break;
    thirds += more;
    end += character.length;
  }
  return { text: text.slice(0, end), tokens: thirds / THIRDS };
}

function thirdsOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 4;
  return codePoint < 0x1_00_00 ? 6 : 8;
}
