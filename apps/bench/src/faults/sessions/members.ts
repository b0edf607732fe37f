import { join } from "node:path";
import { LabProcess } from "../lab/lab-process.ts";
import { readJournal, type Attempt } from "./journal.ts";
import type { Answer, MemberTask, Order, Parting } from "./member-task.ts";

const MODULE = join(import.meta.dirname, "member.ts");

/** A process that is a member of sessions. */
export class Member extends LabProcess<Answer> {
  readonly #journal: string;

  constructor(task: MemberTask) {
    super({ module: MODULE, name: task.name, task });
    this.#journal = task.journal;
  }

  async play(order: Omit<Extract<Order, { do: "play" }>, "do">): Promise<number> {
    const answer = await this.#do({ do: "play", ...order }, "playing");
    return answer?.is === "playing" ? answer.joined : 0;
  }

  /** Lets calls in progress finish. */
  async rest(lingers: boolean = false): Promise<void> {
    await this.#do({ do: "rest", lingers }, "resting");
  }

  /** Has it read everything. */
  async audit(): Promise<void> {
    await this.#do({ do: "audit" }, "audited");
  }

  async part(how: readonly Parting[]): Promise<void> {
    await this.#do({ do: "part", how }, "parted");
  }

  async stats(): Promise<{ readonly entries: number; readonly sessions: number } | undefined> {
    const answer = await this.#do({ do: "stats" }, "counted");
    return answer?.is === "counted" ? answer : undefined;
  }

  /** Has it write a snapshot of its heap. */
  async writeHeap(file: string): Promise<void> {
    await this.#do({ do: "heap", file }, "written");
  }

  async close(): Promise<void> {
    this.order(JSON.stringify({ do: "end" } satisfies Order));
    await this.endsWithin(10_000);
  }

  /** All calls that it has written down. */
  told(): Attempt[] {
    return readJournal(this.#journal);
  }

  #do(order: Order, is: Answer["is"]): Promise<Answer | undefined> {
    return this.ask(JSON.stringify(order), is);
  }
}
