import { openAll, type StoreParts } from "./opened-store.ts";
import type { Engine, Place } from "../store/engine.ts";
import { LogEngine } from "./log-engine.ts";
import type { CurrentEmbedder } from "../vectors/current-embedder.ts";
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
    return (await readDescription(this.#parts.location.description)) !== undefined;
  }

  async open(report: (message: string) => void): Promise<Engine> {
    const { clock, historyDays } = this.#parts;
    // Whoever works with the store already goes on by keyword when another process gives it another embedder.
    const opened = await openAll({ ...this.#parts, takesForeign: this.#wasOpen, report });
    this.#wasOpen = true;
    return new LogEngine(opened, clock, historyDays !== undefined);
  }
}
