import { open, type FileHandle } from "node:fs/promises";
import { damaged, fileError, invalid } from "./bundle-error.ts";

const CHUNK = 2 ** 20;
/** No written line is longer. */
const LONGEST_LINE = 2 ** 30;
const LINE_FEED = 0x0a;

/** A bundle that is open for reading. */
export class BundleFile implements AsyncDisposable {
  readonly path: string;
  readonly size: number;
  readonly #file: FileHandle;

  private constructor(path: string, size: number, file: FileHandle) {
    this.path = path;
    this.size = size;
    this.#file = file;
  }

  static async open(path: string): Promise<BundleFile> {
    let file: FileHandle | undefined;
    try {
      file = await open(path);
      const stats = await file.stat();
      if (!stats.isFile()) throw invalid("path", "has to name a regular file: it is read twice");
      return new BundleFile(path, stats.size, file);
    } catch (error) {
      await file?.close();
      throw fileError(error, path);
    }
  }

  /** Reads some bytes; fewer at the end of the file. */
  async read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, to - from));
    return bytes.subarray(0, await this.#fill(bytes, from));
  }

  /**
   * All bytes from `from` to `to` in chunks of whole lines; only the last of them may lack its line feed. A chunk is
   * overwritten by the next one.
   */
  async *chunks(from: number, to: number): AsyncGenerator<Buffer> {
    let buffer: Buffer = Buffer.allocUnsafe(CHUNK);
    let held = 0;
    for (let at = from; at < to;) {
      if (held === buffer.length) buffer = this.#larger(buffer);
      const room = buffer.subarray(held, held + Math.min(buffer.length - held, to - at));
      const read = await this.#fill(room, at);
      if (read === 0) break;
      at += read;
      held += read;
      const end = buffer.subarray(0, held).lastIndexOf(LINE_FEED) + 1;
      if (end === 0) continue;
      yield buffer.subarray(0, end);
      buffer.copyWithin(0, end, held);
      held -= end;
    }
    if (held > 0) yield buffer.subarray(0, held);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  #larger(buffer: Buffer): Buffer {
    if (buffer.length >= LONGEST_LINE) throw damaged(this.path, "it has a line without an end");
    return Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }

  async #fill(bytes: Buffer, from: number): Promise<number> {
    try {
      return (await this.#file.read(bytes, 0, bytes.length, from)).bytesRead;
    } catch (error) {
      throw fileError(error, this.path);
    }
  }
}
