import { join } from "node:path";
import { DEADLINE_MS, LabProcess } from "../lab/lab-process.ts";
import { JournalReader, type Attempt } from "./journal.ts";
import type { Answer, WorkerTask } from "./worker-task.ts";

const MODULE = join(import.meta.dirname, "worker.ts");

/** A process that works on a store. */
export class Worker extends LabProcess<Answer> {
  readonly #journal: JournalReader;

  /** `tracer`: a command that starts the process and stays beside it. */
  constructor(task: WorkerTask, tracer: readonly string[] = []) {
    super({ module: MODULE, name: task.name, task, tracer });
    this.#journal = new JournalReader(task.journal);
  }

  /** Resolves when the process has got its first answer, or is dead. */
  async acknowledged(): Promise<void> {
    await this.until(() => this.#journal.hasAnswers(), "acknowledge");
  }

  /** Lets calls in progress finish. */
  async rest(): Promise<void> {
    await this.ask("rest", "resting");
  }

  /** Resolves when it has done everything it was told to. */
  async rested(): Promise<void> {
    await this.answer("resting", 10 * DEADLINE_MS);
  }

  /** Everything that it sees. */
  async report(): Promise<string> {
    const answer = await this.ask("report", "report");
    return answer?.is === "report" ? answer.state : "";
  }

  /** What it has tried and was answered since the last call; once it is dead, also what was never answered. */
  attempts(): Attempt[] {
    return this.#journal.read(!this.isAlive);
  }
}
