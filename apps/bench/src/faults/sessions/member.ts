import { setTimeout as delay } from "node:timers/promises";
import { writeHeapSnapshot } from "node:v8";
import { isMemoryError } from "@mem/core";
import { createRandom } from "../../random.ts";
import { Journal } from "./journal.ts";
import { openLabSessions, type LabSession } from "./lab-sessions.ts";
import { KEPT, type Answer, type MemberTask, type Order, type Parting } from "./member-task.ts";
import { Player } from "./player.ts";
import { LOOK_MS } from "./watch-judge.ts";
import { watch } from "./watcher.ts";

/*
 * A process that is a member of sessions, does in them what agents do, and writes down its calls and the answers. It
 * never ends by itself.
 */
const task = JSON.parse(process.argv[2] ?? "") as MemberTask;
/** The time within which an unused name becomes free. */
const FREE_WITHIN_MS = 8_000;
const AGAIN_MS = 50;
const TRIES = 5;

interface Membership {
  readonly session: LabSession;
  readonly controller: AbortController;
}

type PlayOrder = Extract<Order, { do: "play" }>;

const random = createRandom(task.seed);
const journal = new Journal(task.journal, task.name);
const memory = await openLabSessions(task, journal);
let sessions: readonly Membership[] = [];
let playing: Promise<unknown> = Promise.resolve();
let watching: Promise<unknown> = Promise.resolve();
let stop = new AbortController();
let players = 0;
let isResting = true;

async function join(workflowId: string, order: PlayOrder): Promise<Membership[]> {
  const controller = new AbortController();
  const { signal } = controller;
  const isRecorded = workflowId.endsWith(order.recorded);
  const keepsConversation = workflowId.includes(KEPT);
  const begun = performance.now();
  for (;;) {
    try {
      const session = await journal.tell(
        { kind: "join", workflowId, isRecorded },
        undefined,
        () => memory.join(workflowId, { join: order.join, isRecorded, keepsConversation, signal }),
        ({ epoch, created }) => ({ epoch, created }),
      );
      return [{ session, controller }];
    } catch {
      // The error is in the journal.
      if (order.join !== "never" || performance.now() - begun > FREE_WITHIN_MS) return [];
      await delay(AGAIN_MS);
    }
  }
}

async function part({ session, controller }: Membership, how: Parting): Promise<void> {
  const { epoch } = session;
  if (how === "drop") return;
  if (how === "abort") {
    const abort = async (): Promise<void> => controller.abort();
    await journal.tell({ kind: how }, epoch, abort, () => ({}));
    return;
  }
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    try {
      await journal.tell(
        { kind: how },
        epoch,
        () => session[how](),
        () => ({}),
      );
      return;
    } catch (error) {
      // If the answer was lost, it tries again.
      if (!isMemoryError(error) || error.outcome !== "unknown") return;
      await delay(AGAIN_MS);
    }
  }
}

async function audit({ session }: Membership): Promise<void> {
  const { epoch } = session;
  try {
    await journal.tell(
      { kind: "history" },
      epoch,
      () => session.history(),
      (read) => ({ read }),
    );
    await journal.tell(
      { kind: "entries" },
      epoch,
      () => session.entries(),
      (found) => ({ found }),
    );
  } catch {
    // The error is in the journal.
  }
}

async function obey(order: Order): Promise<Answer | undefined> {
  switch (order.do) {
    case "play": {
      const joined = await Promise.all(order.workflows.map((id) => join(id, order)));
      sessions = joined.flat();
      isResting = false;
      const each = sessions.flatMap(({ session }) =>
        Array.from({ length: task.lanes }, () => {
          const name = `${task.name}.${players++}`;
          return new Player(name, session, { journal, random, isRaw: task.subject === "raw" });
        }),
      );
      playing = Promise.all(each.map((player) => player.play(() => isResting)));
      stop = new AbortController();
      watching = Promise.all(sessions.map(({ session }) => watch(session, journal, stop.signal)));
      return { is: "playing", joined: sessions.length };
    }
    case "rest":
      isResting = true;
      await playing;
      if (order.lingers) await delay(LOOK_MS);
      stop.abort();
      await watching;
      return { is: "resting" };
    case "audit":
      await Promise.all(sessions.map(audit));
      return { is: "audited" };
    case "part":
      await Promise.all(sessions.map((session, i) => part(session, order.how[i] ?? "drop")));
      sessions = [];
      return { is: "parted" };
    case "stats":
      return { is: "counted", ...(await memory.stats()) };
    case "heap":
      writeHeapSnapshot(order.file);
      return { is: "written" };
    case "end":
      try {
        await memory.close();
      } finally {
        process.disconnect();
      }
      return undefined;
  }
}

async function answer(text: string): Promise<void> {
  try {
    const said = await obey(JSON.parse(text) as Order);
    if (said !== undefined && process.connected) process.send?.(said);
  } catch (error) {
    if (process.connected) {
      process.send?.({ is: "failing", message: String(error) });
      return;
    }
    process.stderr.write(String(error));
    process.exitCode = 1;
  }
}

process.on("message", (text) => void answer(text as string));
process.on("disconnect", () => setTimeout(() => process.exit(3), 5_000).unref());
