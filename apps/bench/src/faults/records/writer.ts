import { createRandom } from "../../random.ts";
import { idOf, newRecord, TENANT } from "./content.ts";
import { Journal } from "./journal.ts";
import { openLabRecords, type LabRecords } from "./lab-records.ts";
import type { Action, Order, WriterTask } from "./writer-task.ts";

/*
 * A process that writes records as it is told, and writes down what was acknowledged. It never ends by itself.
 */
const task = JSON.parse(process.argv[2] ?? "") as WriterTask;
const random = createRandom(task.seed);
const journal = new Journal(task.journal);
const choices = Object.entries(task.mix).flatMap(([action, weight]) =>
  Array.from({ length: weight }, () => action as Action),
);
const progress = { actions: 0, subjects: 0, isResting: true };
let records: LabRecords = openLabRecords(task.subject, task);

async function append(ids: readonly string[]): Promise<boolean> {
  try {
    await records.append(ids.map(newRecord));
    journal.write({ is: "stored", ids });
    return true;
  } catch (error) {
    journal.refuse("append", ids, error);
    return false;
  }
}

/** The ids of a lane are numbered in the order in which it appends them, one call after the other. */
class Lane {
  readonly #name: string;
  #next = 0;

  constructor(name: string) {
    this.#name = name;
  }

  async run(): Promise<void> {
    while (!progress.isResting && progress.actions < (task.actions ?? Infinity)) {
      progress.actions++;
      await this.#actions[choices[Math.floor(random() * choices.length)] as Action]();
    }
  }

  readonly #actions: Readonly<Record<Action, () => Promise<unknown>>> = {
    append: () => append([this.#id()]),
    appendMany: () => append([this.#id(), this.#id(), this.#id()]),
    erase: async () => {
      const subject = `${task.name}-${progress.subjects++}`;
      const ids = [this.#id(subject), this.#id(subject), this.#id(subject)];
      if (!(await append(ids))) return;
      await append([this.#id()]);
      journal.write({ is: "erasing", subject });
      try {
        const erased = await records.erase({ tenantId: TENANT, subject });
        journal.write({ is: "erased", subject, ids: erased });
      } catch (error) {
        journal.refuse("erase", [], error);
      }
    },
    rotate: async () => {
      try {
        await records.rotate();
      } catch (error) {
        journal.refuse("rotate", [], error);
      }
    },
    // Calls in progress on the old store have to succeed.
    reopen: async () => {
      const old = records;
      records = openLabRecords(task.subject, task);
      try {
        await old.close();
      } catch (error) {
        journal.refuse("close", [], error);
      }
    },
  };

  #id(subject?: string): string {
    return idOf(`${this.#name}.${this.#next++}`, subject);
  }
}

const lanes = Array.from({ length: task.lanes }, (_, i) => new Lane(`${task.name}.${i}`));
let working: Promise<unknown> = Promise.resolve();

async function rest(): Promise<void> {
  progress.isResting = true;
  await working;
  process.send?.({ is: "resting" });
}

const ORDERS: Readonly<Record<Order, () => Promise<void>>> = {
  go: async () => {
    progress.isResting = false;
    working = Promise.all(lanes.map((lane) => lane.run()));
    await working;
    if (!progress.isResting) await rest();
  },
  rest,
  end: async () => {
    try {
      await records.close();
    } finally {
      process.disconnect();
    }
  },
};

process.on("message", (order) => {
  ORDERS[order as Order]().catch((error: unknown) => {
    if (process.connected) {
      process.send?.({ is: "failing", message: String(error) });
      return;
    }
    process.stderr.write(String(error));
    process.exitCode = 1;
  });
});
process.on("disconnect", () => setTimeout(() => process.exit(3), 5_000).unref());
