import { cutToTokens } from "./estimated-tokens.ts";

/** The texts of one request, and the index of the first among all texts. */
export interface TextBatch {
  readonly start: number;
  readonly texts: readonly string[];
}

// Services limit the tokens of one request, OpenAI to 300,000; the estimate may be too low by half or more.
const MAX_BATCH_TOKENS = 100_000;

/** Splits texts into requests of at most `batchSize` texts and a bounded number of tokens. */
export function toBatches(
  texts: readonly string[],
  limits: { readonly batchSize: number; readonly maxTextTokens: number },
): TextBatch[] {
  const batches: { start: number; texts: string[] }[] = [];
  let batchTokens = 0;
  for (const [i, text] of texts.entries()) {
    const cut = cutToTokens(text, limits.maxTextTokens);
    // Services refuse an empty text.
    const prepared = cut.text.trim() === "" ? " " : cut.text.toWellFormed();
    const current = batches.at(-1);
    batchTokens += cut.tokens;
    if (
      current === undefined ||
      current.texts.length >= limits.batchSize ||
      batchTokens > MAX_BATCH_TOKENS
    ) {
      batches.push({ start: i, texts: [prepared] });
      batchTokens = cut.tokens;
    } else {
      current.texts.push(prepared);
    }
  }
  return batches;
}

/** The same texts in two requests. */
export function halves({ start, texts }: TextBatch): [TextBatch, TextBatch] {
  const middle = Math.ceil(texts.length / 2);
  return [
    { start, texts: texts.slice(0, middle) },
    { start: start + middle, texts: texts.slice(middle) },
  ];
}
