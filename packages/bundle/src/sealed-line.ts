import { crc32 } from "node:zlib";

const OPENING = '{"crc":"';
const CLOSING = '",';
/** Where the bytes covered by the checksum begin: after `{"crc":"xxxxxxxx",`. */
const BODY = OPENING.length + 8 + CLOSING.length;
const LINE_FEED = 0x0a;

/** An object as a line of JSON that begins with the checksum of its rest, so that it is checked without parsing. */
export function sealLine(content: object): string {
  const body = JSON.stringify(content).slice(1);
  return `${OPENING}${checksum(body)}${CLOSING}${body}\n`;
}

/** Whether a line, with its line feed, is as it was sealed. */
export function isSealed(line: Buffer): boolean {
  const end = line.length - 1;
  return (
    end > BODY &&
    line[end] === LINE_FEED &&
    line.toString("latin1", 0, BODY) === `${OPENING}${checksum(line.subarray(BODY, end))}${CLOSING}`
  );
}

/** The lines of a chunk, each with its line feed; the last one may have none. */
export function* linesOf(chunk: Buffer): Generator<Buffer> {
  for (let start = 0; start < chunk.length;) {
    const feed = chunk.indexOf(LINE_FEED, start);
    const end = feed === -1 ? chunk.length : feed + 1;
    yield chunk.subarray(start, end);
    start = end;
  }
}

function checksum(body: string | Buffer): string {
  return crc32(body).toString(16).padStart(8, "0");
}
