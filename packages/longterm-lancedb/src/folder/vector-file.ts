import { readSync } from "node:fs";
import { open, rm, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import type { EmbedderFingerprint } from "@mem/core";
import { embedderId } from "../vectors/fingerprint.ts";
import { partHash, shortHash, type KeptVectors } from "../vectors/kept-vectors.ts";

const HASH_BYTES = 16;
const CHECKSUM_BYTES = 4;
const READ_AT_ONCE = 1 << 20;

/**
 * Kept vectors in a file: a line that names their embedder, and records of fixed length, each with a checksum. A record
 * torn by a crash is overwritten. Memory holds the place of each record, in some 50 bytes.
 */
export class VectorFile implements KeptVectors {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #begin: number;
  readonly #dimensions: number;
  readonly #places = new Map<number, number>();
  #records = 0;

  private constructor(path: string, file: FileHandle, begin: number, dimensions: number) {
    this.#path = path;
    this.#file = file;
    this.#begin = begin;
    this.#dimensions = dimensions;
  }

  /** Continues an existing file, unless it is another embedder's. Only one process may have it open. */
  static async open(path: string, fingerprint: EmbedderFingerprint): Promise<VectorFile> {
    const header = headerOf(fingerprint);
    const file = await open(path, "a+").then(async (made) => {
      await made.close();
      return open(path, "r+");
    });
    const { buffer, bytesRead } = await file.read(Buffer.alloc(header.length), 0, header.length, 0);
    const kept = new VectorFile(path, file, header.length, fingerprint.dimensions);
    if (bytesRead === header.length && buffer.equals(header)) {
      await kept.#load();
    } else {
      await file.truncate(0);
      await file.write(header, 0, header.length, 0);
    }
    return kept;
  }

  /** Whether there is a file with vectors of this embedder. */
  static async isOf(path: string, fingerprint: EmbedderFingerprint): Promise<boolean> {
    const header = headerOf(fingerprint);
    try {
      await using file = await open(path, "r");
      const { buffer } = await file.read(Buffer.alloc(header.length), 0, header.length, 0);
      return buffer.equals(header);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
  }

  get size(): number {
    return this.#places.size;
  }

  has(part: string): boolean {
    return this.#places.has(shortHash(partHash(part)));
  }

  async add(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    const records = Array.from(vectors, ([part, vector]) => recordOf(partHash(part), vector));
    const bytes = Buffer.concat(records);
    let position = this.#begin + this.#records * this.#recordBytes;
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position);
      done += bytesWritten;
      position += bytesWritten;
    }
    await this.#file.datasync();
    for (const record of records) this.#places.set(shortHash(record), this.#records++);
  }

  /**
   * Reads a vector, in microseconds and with no memory beside the result; `undefined`: it is absent, or not as it was
   * written.
   */
  get(part: string): Float32Array | undefined {
    const hash = partHash(part);
    const place = this.#places.get(shortHash(hash));
    if (place === undefined) return undefined;
    const record = Buffer.alloc(this.#recordBytes);
    const position = this.#begin + place * record.length;
    const bytes = readSync(this.#file.fd, record, 0, record.length, position);
    if (bytes < record.length || !isSound(record) || !record.subarray(0, HASH_BYTES).equals(hash)) {
      return undefined;
    }
    const vector = new Float32Array(this.#dimensions);
    new Uint8Array(vector.buffer).set(record.subarray(HASH_BYTES, -CHECKSUM_BYTES));
    return vector;
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  get #recordBytes(): number {
    return HASH_BYTES + 4 * this.#dimensions + CHECKSUM_BYTES;
  }

  async #load(): Promise<void> {
    const length = this.#recordBytes;
    const buffer = Buffer.alloc(length * Math.max(1, Math.floor(READ_AT_ONCE / length)));
    for (;;) {
      const position = this.#begin + this.#records * length;
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, position);
      const whole = Math.floor(bytesRead / length);
      for (let i = 0; i < whole; i++) {
        const record = buffer.subarray(i * length, (i + 1) * length);
        if (isSound(record)) this.#places.set(shortHash(record), this.#records);
        this.#records++;
      }
      if (bytesRead < buffer.length) return;
    }
  }
}

function headerOf(fingerprint: EmbedderFingerprint): Buffer {
  return Buffer.from(`vectors 1 ${embedderId(fingerprint)}\n`);
}

function recordOf(hash: Buffer, { buffer, byteOffset, byteLength }: Float32Array): Buffer {
  const content = Buffer.concat([hash, new Uint8Array(buffer, byteOffset, byteLength)]);
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(content));
  return Buffer.concat([content, checksum]);
}

function isSound(record: Buffer): boolean {
  const content = record.subarray(0, -CHECKSUM_BYTES);
  return record.readUInt32LE(content.length) === crc32(content);
}
