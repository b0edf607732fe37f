/*
 * How many tokens a text may be, told without a tokenizer, since each model has its own. Counted in thirds of a token:
 * an ASCII character is one (English prose needs a quarter of a token, code and figures a third), and any other is two
 * for each of its UTF-8 bytes, which is what the scripts that tokenizers know least come to: two tokens a character.
 */
const THIRDS = 3;

/** As much of the beginning of a text as is at most `maxTokens` by estimate, and that estimate. */
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
