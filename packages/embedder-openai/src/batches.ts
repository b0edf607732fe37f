/** Texts for one request, and where the first of them stands among all. */
export interface TextBatch {
  readonly start: number;
  readonly texts: readonly string[];
}

// Services bound the tokens of one request (OpenAI: 300,000); a character is at most about one token.
const MAX_BATCH_CHARACTERS = 200_000;

/** Splits texts into requests of at most `batchSize` texts and a bounded number of characters. */
export function toBatches(
  texts: readonly string[],
  limits: { readonly batchSize: number; readonly maxTextLength: number },
): TextBatch[] {
  const batches: { start: number; texts: string[] }[] = [];
  let characters = 0;
  for (const [i, text] of texts.entries()) {
    const prepared = prepare(text, limits.maxTextLength);
    const current = batches.at(-1);
    characters += prepared.length;
    if (
      current === undefined ||
      current.texts.length >= limits.batchSize ||
      characters > MAX_BATCH_CHARACTERS
    ) {
      batches.push({ start: i, texts: [prepared] });
      characters = prepared.length;
    } else {
      current.texts.push(prepared);
    }
  }
  return batches;
}

/** Cuts between characters, never through one; services refuse an empty text, so that becomes a space. */
function prepare(text: string, maxLength: number): string {
  if (text.trim() === "") return " ";
  if (text.length <= maxLength) return text.toWellFormed();
  const cut = text.slice(0, maxLength);
  return (/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut).toWellFormed();
}
