import { join } from "node:path";
import { DEADLINE_MS, LabProcess } from "../lab/lab-process.ts";
import { JournalReader, type JournalLine } from "./journal.ts";
import type { Answer, WriterTask } from "./writer-task.ts";

const MODULE = join(import.meta.dirname, "writer.ts");

/** A process that writes records. */
export class Writer extends LabProcess<Answer> {
  readonly #journal: JournalReader;

  /** `tracer`: a command that starts the process and stays beside it. */
  constructor(task: WriterTask, tracer: readonly string[] = []) {
    super({ module: MODULE, name: task.name, task, tracer });
    this.#journal = new JournalReader(task.journal);
  }

  /** Resolves when one of its records was acknowledged, or when it is dead. */
  async acknowledged(): Promise<void> {
    await this.until(() => this.#journal.hasStored(), "acknowledge");
  }

  /** Lets calls in progress finish. */
  async rest(): Promise<void> {
    await this.ask("rest", "resting");
  }

  /** Resolves when it has done everything it was told to. */
  async rested(): Promise<void> {
    await this.answer("resting", 10 * DEADLINE_MS);
  }

  /** What it has reported since the last call. */
  told(): JournalLine[] {
    return this.#journal.read();
  }
}
