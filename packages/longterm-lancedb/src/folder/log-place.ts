import { openAll, type StoreParts } from "./opened-store.ts";
import type { Engine, Place } from "../store/engine.ts";
import { LogEngine } from "./log-engine.ts";
import { readDescription } from "../store/store-description.ts";

/** A folder on a local disk. */
export class LogPlace implements Place {
  readonly durability = "disk";
  readonly #parts: Omit<StoreParts, "report">;

  constructor(parts: Omit<StoreParts, "report">) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.location.folder;
  }

  async exists(): Promise<boolean> {
    return (await readDescription(this.#parts.location.description)) !== undefined;
  }

  async open(report: (message: string) => void): Promise<Engine> {
    const { clock, historyDays } = this.#parts;
    const opened = await openAll({ ...this.#parts, report });
    return new LogEngine(opened, clock, historyDays !== undefined);
  }
}
