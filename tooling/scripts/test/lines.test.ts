import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { linesOf } from "../src/lines.ts";

it("ends a line at a line feed only, wherever a chunk ends", async () => {
  const text = '{"text":"a\u2028b\u2029c\r"}\nsecond\n\nümlaut, the last';
  const bytes = Buffer.from(text);
  for (const size of [1, 3, 7, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    );
    const lines = [];
    for await (const line of linesOf(Readable.from(chunks, { objectMode: false })))
      lines.push(line);
    expect(lines).toEqual(text.split("\n"));
  }
});
