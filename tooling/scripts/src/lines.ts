import type { Readable } from "node:stream";

/**
 * The lines of a text as it arrives, ended by line feeds and nothing else. `node:readline` also ends one at the line
 * separators of Unicode, which may stand in the middle of a line of JSON.
 */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.setEncoding("utf8") as AsyncIterable<string>) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
