import type { MemoryError } from "@mem/core";
import { openAll, type StoreParts } from "./opened-store.ts";
import type { Engine, Place } from "../store/engine.ts";
import { LogEngine } from "./log-engine.ts";
import type { CurrentEmbedder } from "../vectors/current-embedder.ts";
import { refusalOf } from "../store/disk-refusal.ts";
import { openError } from "../store/storage-error.ts";
import { readDescription } from "../store/store-description.ts";

/** A folder on a local disk. */
export class LogPlace implements Place {
  readonly durability = "disk";
  readonly embedder: CurrentEmbedder;
  readonly #parts: Omit<StoreParts, "report" | "takesForeign">;
  #wasOpen = false;

  constructor(parts: Omit<StoreParts, "report" | "takesForeign">) {
    this.#parts = parts;
    this.embedder = parts.embedder;
  }

  get name(): string {
    return this.#parts.location.folder;
  }

  async exists(): Promise<boolean> {
    const { location } = this.#parts;
    try {
      return (await readDescription(location.description)) !== undefined;
    } catch (error) {
      throw openError(error, location);
    }
  }

  refusal(): Promise<MemoryError | undefined> {
    return refusalOf(this.#parts.location.folder);
  }

  async open(report: (message: string) => void): Promise<Engine> {
    const { clock, historyDays } = this.#parts;
    // If another process gives the store another embedder, a process that had it open goes on by keyword.
    const opened = await openAll({ ...this.#parts, takesForeign: this.#wasOpen, report });
    this.#wasOpen = true;
    return new LogEngine(opened, clock, historyDays !== undefined);
  }
}
