import type { MemorySettings } from "@mem/config";
import type { MemoryManager } from "@mem/core";
import type { Show } from "./show.ts";

/** What every example is given: a memory that is open, the settings it was opened by, and a way to print. */
export interface Stage {
  readonly memory: MemoryManager;
  readonly settings: MemorySettings;
  readonly show: Show;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
}

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly run: (stage: Stage) => Promise<void>;
}
