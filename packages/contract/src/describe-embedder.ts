import type { Embedder } from "@mem/core";
import { describe } from "vitest";
import { embedsAtOnce } from "./embedder/concurrency.ts";
import { embedsOnRequest } from "./embedder/requests.ts";
import { embedsTexts } from "./embedder/texts.ts";
import { keepsVectorsApart } from "./embedder/vectors.ts";

export interface EmbedderSuite {
  /** Names the embedder in the test report. */
  readonly name: string;
  /** Makes the embedder. Called once for each test. */
  readonly open: () => Promise<Embedder>;
}

/**
 * Defines the tests that every `Embedder` has to pass. Call it in a vitest test file.
 *
 * It embeds about 500 short texts in all, and one of 132,000 characters, so it can also run against a real service.
 */
export function describeEmbedder({ name, open }: EmbedderSuite): void {
  describe(name, () => {
    embedsTexts(open);
    keepsVectorsApart(open);
    embedsAtOnce(open);
    embedsOnRequest(open);
  });
}
