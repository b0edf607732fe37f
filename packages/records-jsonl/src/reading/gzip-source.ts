import type { ByteSource } from "@mem/append-log";
import { unpackMember, type GzipMember, type MemberProblem } from "./gzip-member.ts";
import type { MemberPlace, MemberTable } from "./member-table.ts";

const WINDOW_BYTES = 2 ** 18;
const MAGIC = Buffer.of(0x1f, 0x8b, 0x08);
const SPACE = 32;
const NEWLINE = 10;

export interface GzipSourceOptions {
  readonly handle: ByteSource;
  /** The size of the file, in bytes. */
  readonly size: number;
  /** What is known about its members; newly found ones are added. */
  readonly members: MemberTable;
  /** Maximum unpacked size of a member, in bytes; a larger one is not unpacked. */
  readonly maxMemberBytes: number;
  /**
   * Called with the segment offset of each part that can't be unpacked when it is read; for a part of unknown size,
   * when it is found.
   */
  readonly onLost: (offset: number) => void;
}

/**
 * Reads a compressed segment like a plain one, at any position. A part that can't be unpacked reads as blanks with a
 * newline at the end, so that the lines around it stay intact.
 */
export class GzipSource {
  readonly #handle: ByteSource;
  readonly #size: number;
  readonly #members: MemberTable;
  readonly #maxMemberBytes: number;
  readonly #onLost: (offset: number) => void;
  #window: Buffer = Buffer.alloc(0);
  #windowStart = 0;
  /** The member that was unpacked last, however long it is. */
  #kept: { readonly start: number; readonly bytes: Buffer } | undefined;

  constructor({ handle, size, members, maxMemberBytes, onLost }: GzipSourceOptions) {
    this.#handle = handle;
    this.#size = size;
    this.#members = members;
    this.#maxMemberBytes = maxMemberBytes;
    this.#onLost = onLost;
  }

  /** The size of the segment, in bytes. Goes through all members that are not known yet. */
  async size(): Promise<number> {
    while (!this.#members.complete) await this.#discover();
    return this.#members.end;
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }> {
    const place = await this.#locate(position);
    if (place === undefined) return { bytesRead: 0 };
    const bytes = await this.#content(place);
    const from = position - place.start;
    const part = bytes.subarray(from, from + length);
    buffer.set(part, offset);
    return { bytesRead: part.length };
  }

  async #locate(position: number): Promise<MemberPlace | undefined> {
    while (this.#members.end <= position && !this.#members.complete) await this.#discover();
    return this.#members.find(position);
  }

  async #content(place: MemberPlace): Promise<Buffer> {
    const { start, end, packedStart, packedEnd } = place;
    const kept = this.#kept?.start === start ? this.#kept.bytes : this.#members.recall(start);
    if (kept !== undefined) return kept;
    let member: GzipMember | MemberProblem = "damaged";
    if (!place.lost) {
      const packed = await this.#packed(packedStart, packedEnd - packedStart, 0);
      member = unpackMember(packed, this.#maxMemberBytes);
    }
    const isWhole = typeof member === "object" && member.bytes.length === end - start;
    if (isWhole) return this.#keep(start, (member as GzipMember).bytes);
    // Not kept in the member table, because the next reader has to be told, too.
    this.#onLost(start);
    this.#kept = { start, bytes: blanks(end - start) };
    return this.#kept.bytes;
  }

  /** Finds the next member, after any damaged part before it. */
  async #discover(): Promise<void> {
    const members = this.#members;
    const from = members.packedEnd;
    if (from >= this.#size) {
      members.complete = true;
      return;
    }
    let member = await this.#unpack(from);
    if (member === undefined) {
      const next = await this.#resume(from + 1);
      const { start, end } = members.add(next.at - from, next.lostBytes, true);
      if (start === end) this.#onLost(start);
      member = next.member;
      if (member === undefined) return;
    }
    const { start } = members.add(member.packedBytes, member.bytes.length, false);
    this.#keep(start, member.bytes);
  }

  #keep(start: number, bytes: Buffer): Buffer {
    this.#kept = { start, bytes };
    this.#members.remember(start, bytes);
    return bytes;
  }

  /** Looks for the next whole member after a damaged part. */
  async #resume(
    from: number,
  ): Promise<{ at: number; lostBytes: number; member: GzipMember | undefined }> {
    for (let at = from; at < this.#size;) {
      const packed = await this.#packed(at, MAGIC.length, WINDOW_BYTES);
      const found = packed.indexOf(MAGIC);
      if (found < 0) {
        at += Math.max(1, packed.length - MAGIC.length + 1);
        continue;
      }
      at += found;
      const member = await this.#unpack(at);
      if (member !== undefined) return { at, lostBytes: await this.#statedBytes(at), member };
      at += 1;
    }
    return { at: this.#size, lostBytes: 0, member: undefined };
  }

  /** The size that the member before this position states for itself; it keeps the offsets after the member correct. */
  async #statedBytes(at: number): Promise<number> {
    if (at < 4) return 0;
    const bytes = (await this.#packed(at - 4, 4, 0)).readUInt32LE(0);
    return bytes <= this.#maxMemberBytes ? bytes : 0;
  }

  /** The member that begins here; undefined if none does. */
  async #unpack(at: number): Promise<GzipMember | undefined> {
    // What was read ahead is nearly always enough.
    for (let length = 1; ; length = Math.max(WINDOW_BYTES, length * 4)) {
      const packed = await this.#packed(at, Math.min(length, this.#size - at), WINDOW_BYTES);
      const member = unpackMember(packed, this.#maxMemberBytes);
      if (typeof member === "object") return member;
      const isAll = packed.length >= this.#size - at || packed.length > 2 * this.#maxMemberBytes;
      if (member === "damaged" || isAll) return undefined;
    }
  }

  /** Bytes of the file from here on: `length`, or more if they have been read already; fewer only at its end. */
  async #packed(at: number, length: number, readAhead: number): Promise<Buffer> {
    const from = at - this.#windowStart;
    const has = from >= 0 ? this.#window.length - from : 0;
    if (has >= length) return this.#window.subarray(from);
    const window = Buffer.allocUnsafe(Math.min(Math.max(length, readAhead), this.#size - at));
    let filled = 0;
    while (filled < window.length) {
      const left = window.length - filled;
      const { bytesRead } = await this.#handle.read(window, filled, left, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    this.#window = window.subarray(0, filled);
    this.#windowStart = at;
    return this.#window;
  }
}

function blanks(length: number): Buffer {
  const bytes = Buffer.alloc(length, SPACE);
  bytes[length - 1] = NEWLINE;
  return bytes;
}
