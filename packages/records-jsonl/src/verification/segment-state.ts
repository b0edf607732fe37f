import { createHash } from "node:crypto";
import { DIGEST_CHARS, type LineDigester, type RunningDigest } from "../line/line-digest.ts";
import type { Place } from "./findings.ts";

/** Maximum size of the digests that wait to be hashed, in characters. */
const PENDING_CHARS = DIGEST_CHARS * 1024;

/** What was found in one segment. */
export class SegmentState {
  readonly number: number;
  readonly label: string;
  /** Whether it was the file that is appended to. */
  readonly current: boolean;
  /** A compressed file ends with its seal. */
  readonly compressed: boolean;
  /** Whether its `segment` line was there; the first segment has none. */
  begun = false;
  /** Whether a problem lies, begins or ends in it: other mismatches come from that. */
  touched = false;
  /** Lines so far, of any kind. */
  line = 0;
  /** Bytes so far. */
  bytes = 0;
  /** Chained lines up to the seal. */
  lines = 0;
  seal: Place | undefined;
  /** The first line whose digest anybody can make, although a key is required. */
  unsigned: Place | undefined;
  unsignedLines = 0;
  /** Whether a `closed` line, made with the key if there is one, matches it. */
  vouched = false;
  closed = false;
  /** Whether its first lines, or their order, differ from the anchor. */
  reordered = false;
  readonly #plain = createHash("sha256");
  readonly #keyed: RunningDigest | undefined;
  readonly #pending = Buffer.allocUnsafe(PENDING_CHARS);
  #pendingChars = 0;
  #values: { plain: string; keyed: string | undefined } | undefined;

  constructor(
    number: number,
    { label, compressed }: { readonly label: string; readonly compressed: boolean },
    current: boolean,
    digester: LineDigester,
  ) {
    this.number = number;
    this.label = label;
    this.compressed = compressed;
    this.current = current;
    this.#keyed = digester.field === "hmac" ? digester.begin() : undefined;
  }

  /** Adds the next chained line, whose digest begins at `from`. */
  add(bytes: Buffer, from: number): void {
    this.lines += 1;
    const pending = this.#pending;
    const to = this.#pendingChars;
    for (let i = 0; i < DIGEST_CHARS; i += 1) pending[to + i] = bytes[from + i] as number;
    this.#pendingChars = to + DIGEST_CHARS;
    if (this.#pendingChars === PENDING_CHARS) this.#flush();
  }

  /** The digest of the digests so far, made without a key. */
  snapshot(): string {
    this.#flush();
    return short(this.#plain.copy().digest("base64url"));
  }

  /** The same, and the one with the key if there is one. Call it after the segment was read. */
  values(): { readonly plain: string; readonly keyed: string | undefined } {
    if (this.#values === undefined) {
      const plain = this.snapshot();
      this.#values = { plain, keyed: this.#keyed?.value() };
    }
    return this.#values;
  }

  /** The place after its last line. */
  end(held: number): Place {
    return { segment: this, line: this.line + 1, offset: this.bytes, held };
  }

  begin(held: number): Place {
    return { segment: this, line: 1, offset: 0, held };
  }

  #flush(): void {
    // Each digest has 24 bytes in 32 characters, so concatenated digests are the base64url of all the bytes.
    const bytes = Buffer.from(this.#pending.toString("latin1", 0, this.#pendingChars), "base64url");
    this.#pendingChars = 0;
    this.#plain.update(bytes);
    this.#keyed?.update(bytes);
  }
}

function short(digest: string): string {
  return digest.slice(0, DIGEST_CHARS);
}
