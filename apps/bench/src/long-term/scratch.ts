import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The folder of everything that the suite writes: beside the code, as a system's temporary folder may be in memory. */
export const HOME = join(import.meta.dirname, "../../node_modules/.cache/long-term");

const folders = new Set<string>();

/** A new folder that is removed at the end, however this process is asked to end. */
export class Scratch implements Disposable {
  readonly folder: string;
  #count = 0;

  constructor() {
    if (folders.size === 0) removeAtSignals();
    mkdirSync(HOME, { recursive: true });
    sweep();
    this.folder = mkdtempSync(join(HOME, `run-${process.pid}-`));
    folders.add(this.folder);
  }

  /** A path in the folder that does not exist yet. */
  path(name: string): string {
    return join(this.folder, `${++this.#count}-${name}`);
  }

  [Symbol.dispose](): void {
    remove(this.folder);
    folders.delete(this.folder);
    if (folders.size === 0) for (const signal of SIGNALS) process.off(signal, removeAndEnd);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function removeAtSignals(): void {
  for (const signal of SIGNALS) process.on(signal, removeAndEnd);
}

function removeAndEnd(): void {
  // What the workers still write is removed by the next run.
  for (const folder of folders) remove(folder);
  process.exit(130);
}

/** Removes what killed runs have left. */
function sweep(): void {
  for (const name of readdirSync(HOME)) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1]);
    if (!Number.isNaN(pid) && !isAlive(pid)) remove(join(HOME, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
