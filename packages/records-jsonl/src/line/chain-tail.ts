import { DIGEST_CHARS, type DigestField } from "./line-digest.ts";

/** Characters of a writer's id: 9 random bytes in base64url. */
export const WRITER_CHARS = 12;
const MAX_SEQUENCE_DIGITS = 15;

const END = Buffer.from('"}');
const FIELDS = [
  ["digest", Buffer.from(',"digest":"')],
  ["hmac", Buffer.from(',"hmac":"')],
] as const;
const PREVIOUS = Buffer.from(',"previous":"');
const SEQUENCE = Buffer.from('","sequence":');
const WRITER = Buffer.from('"writer":"');

/** The digest that a line ends with. */
export interface DigestTail {
  readonly field: DigestField;
  readonly digest: string;
  /** How many bytes of the line it covers: all before its own field. */
  readonly signedBytes: number;
}

/** The fields that link a line to the chain of its writer. */
export interface ChainTail extends DigestTail {
  readonly writer: string;
  readonly sequence: number;
  /** The digest of the writer's previous line; `NO_DIGEST` on its first one. */
  readonly previous: string;
  /** Offset of `"writer"` in the line. */
  readonly chainOffset: number;
}

/** Reads the digest in a line's last field from its bytes; undefined if there is none. */
export function readDigestTail(
  bytes: Buffer,
  start: number = 0,
  end: number = bytes.length,
): DigestTail | undefined {
  if (!endsWith(bytes, END, start, end)) return undefined;
  const to = end - END.length;
  const from = to - DIGEST_CHARS;
  if (from < start || !isBase64Url(bytes, from, to)) return undefined;
  for (const [field, mark] of FIELDS) {
    if (!endsWith(bytes, mark, start, from)) continue;
    const signedBytes = from - mark.length - start;
    return { field, digest: bytes.toString("latin1", from, to), signedBytes };
  }
  return undefined;
}

/** Reads the chain fields at the end of a line from its bytes; undefined if it has none. Verifies no digest. */
export function readChainTail(
  bytes: Buffer,
  start: number = 0,
  end: number = bytes.length,
): ChainTail | undefined {
  const last = readDigestTail(bytes, start, end);
  if (last === undefined) return undefined;
  const { field, digest, signedBytes } = last;
  const to = start + signedBytes - 1;
  const from = to - DIGEST_CHARS;
  if (from < start || bytes[to] !== 0x22 || !isBase64Url(bytes, from, to)) return undefined;
  if (!endsWith(bytes, PREVIOUS, start, from)) return undefined;
  const digitsEnd = from - PREVIOUS.length;
  let digits = digitsEnd;
  while (digits > start && isDigit(bytes[digits - 1])) digits -= 1;
  const count = digitsEnd - digits;
  if (count < 1 || count > MAX_SEQUENCE_DIGITS || bytes[digits] === 0x30) return undefined;
  if (!endsWith(bytes, SEQUENCE, start, digits)) return undefined;
  const writerEnd = digits - SEQUENCE.length;
  const writerStart = writerEnd - WRITER_CHARS;
  if (writerStart < start || !isBase64Url(bytes, writerStart, writerEnd)) return undefined;
  if (!endsWith(bytes, WRITER, start, writerStart)) return undefined;
  return {
    field,
    digest,
    signedBytes,
    writer: bytes.toString("latin1", writerStart, writerEnd),
    sequence: Number(bytes.toString("latin1", digits, digitsEnd)),
    previous: bytes.toString("latin1", from, to),
    chainOffset: writerStart - WRITER.length - start,
  };
}

function endsWith(bytes: Buffer, mark: Buffer, start: number, end: number): boolean {
  let at = end - mark.length;
  if (at < start) return false;
  for (let i = 0; i < mark.length; i += 1, at += 1) if (bytes[at] !== mark[i]) return false;
  return true;
}

function isBase64Url(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (ALPHABET[bytes[at] as number] !== 1) return false;
  return true;
}

const ALPHABET = new Uint8Array(256);
for (const byte of Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
)) {
  ALPHABET[byte] = 1;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
