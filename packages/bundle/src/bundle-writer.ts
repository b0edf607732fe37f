import { createHash, randomUUID } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { syncDirectory } from "@mem/append-log";
import type { EmbedderFingerprint, PortableEntry } from "@mem/core";
import { FORMAT_NAME, FORMAT_VERSION, type BundleEnd, type BundleHeader } from "./bundle-format.ts";
import { encodeEntry } from "./entry-line.ts";
import { sealLine } from "./sealed-line.ts";

/** A bundle that is being written: a temporary file until it is complete. */
export class BundleWriter implements AsyncDisposable {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: FileHandle;
  readonly #digest = createHash("sha256");
  #entries = 0;
  #bytes = 0;

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  static async create(path: string): Promise<BundleWriter> {
    const temporary = `${path}.${randomUUID()}.tmp`;
    return new BundleWriter(path, temporary, await open(temporary, "wx"));
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async begin(embedder: EmbedderFingerprint | undefined): Promise<void> {
    const header: BundleHeader = {
      format: FORMAT_NAME,
      formatVersion: FORMAT_VERSION,
      ...(embedder !== undefined && { embedder }),
    };
    await this.#write(sealLine(header));
  }

  async add(entries: readonly PortableEntry[]): Promise<void> {
    await this.#write(entries.map(encodeEntry).join(""));
    this.#entries += entries.length;
  }

  /** Puts the complete bundle in its place, on disk. */
  async finish(): Promise<void> {
    const sha256 = this.#digest.copy().digest("hex");
    await this.#write(sealLine({ end: true, entries: this.#entries, sha256 } satisfies BundleEnd));
    await this.#file.sync();
    await this.#file.close();
    await rename(this.#temporary, this.#path);
    await syncDirectory(dirname(resolve(this.#path)));
  }

  /** Removes the temporary file if the bundle was not finished. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(this.#temporary, { force: true });
  }

  async #write(lines: string): Promise<void> {
    const bytes = Buffer.from(lines);
    this.#digest.update(bytes);
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }
}
