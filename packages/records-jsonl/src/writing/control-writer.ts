import { LineFile } from "@mem/append-log";
import type { RecordFile } from "../folder/record-folder.ts";
import { Chain } from "../line/chain.ts";
import { encodeControl, type ControlLine } from "../line/control-line.ts";
import type { LineDigester } from "../line/line-digest.ts";
import { rotationOf } from "./rotation.ts";

/** Maximum number of files whose chains are remembered; any other file begins a new chain. */
const MAX_CHAINS = 1024;

/**
 * Writes the control lines of agents' files, in chains separate from those of the records, so that neither waits for
 * the other. Only for the holder of the folder's lock.
 */
export class ControlWriter {
  readonly #digester: LineDigester;
  readonly #now: () => number;
  readonly #chains = new Map<string, Chain>();

  constructor(digester: LineDigester, now: () => number) {
    this.#digester = digester;
    this.#now = now;
  }

  /** The time that control lines carry. */
  timestamp(): string {
    return new Date(this.#now()).toISOString();
  }

  /** Appends a line to the current file; resolves when it is on disk. */
  async append(file: RecordFile, line: ControlLine): Promise<void> {
    await this.#write(file, line, async (linked) => {
      const current = new LineFile({ path: file.path, rotation: rotationOf(file) });
      try {
        const { failure } = await current.append([linked]);
        if (failure !== undefined) throw failure;
      } finally {
        await current.close();
      }
    });
  }

  /** Makes the first line of a new current file, which `put` writes. */
  async begin(
    file: RecordFile,
    segment: number,
    put: (line: Buffer) => Promise<void>,
  ): Promise<void> {
    await this.#write(file, { type: "segment", timestamp: this.timestamp(), segment }, put);
  }

  async #write(
    file: RecordFile,
    line: ControlLine,
    put: (line: Buffer) => Promise<void>,
  ): Promise<void> {
    const chain = this.#chains.get(file.path) ?? new Chain(this.#digester);
    // A chain continues only from a line that is certain to be in its place.
    this.#chains.delete(file.path);
    await put(chain.link(encodeControl(line, file.label)));
    this.#chains.set(file.path, chain);
    const [oldest] = this.#chains.keys();
    if (this.#chains.size > MAX_CHAINS && oldest !== undefined) this.#chains.delete(oldest);
  }
}
