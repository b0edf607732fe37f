import { createHash } from "node:crypto";
import { measure, type Cost } from "../clocks.ts";
import { median } from "../statistics.ts";
import { serve } from "../worker-process.ts";
import type { Conversation, Join } from "./conversation.ts";
import { openConversations, type Place } from "./conversations.ts";
import { messageAt } from "./messages.ts";

/*
 * A participant in conversations, in a separate process.
 */

export type Call = "append" | "last";

/** The cost of sequential calls, and their median time. */
export interface Calls extends Cost {
  readonly p50Ms: number;
}

/** When something began and ended, in milliseconds of a clock that all processes share. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type ConversationTasks = {
  /** Connects. */
  readonly open: (options: Place & { readonly name: string }) => Promise<void>;
  /** Joins a conversation, and adds this many messages. */
  readonly join: (options: { id: string; messages: number }) => Promise<void>;
  /** Resolves with how many calls fill a slice. */
  readonly prepare: (options: { call: Call; sliceMs: number }) => Promise<number>;
  readonly run: (options: { call: Call; n: number }) => Promise<Calls>;
  /** Adds this many messages, one after the other, under ids that begin with the name of the member. */
  readonly append: (options: { member: string; n: number }) => Promise<Span>;
  /** Resolves with how many messages it sees, how many different ones, and a digest of their order. */
  readonly look: () => Promise<{ messages: number; different: number; order: string }>;
};

const LAST = 40;
/** After this many slices, the code is as fast as it gets. */
const WARM_UP = 10;
const AT_ONCE = 100;

let joinConversation: Join;
let conversation: Conversation;
let turn = 0;

const tasks: ConversationTasks = {
  async open({ name, ...place }) {
    joinConversation = await openConversations(name, place);
  },
  async join({ id, messages }) {
    conversation = await joinConversation(id);
    const said = Array.from({ length: messages }, (_, i) => messageAt(i));
    if (conversation.fill !== undefined) return void (await conversation.fill(said));
    for (let at = 0; at < messages; at += AT_ONCE) {
      const some = said.slice(at, at + AT_ONCE);
      await Promise.all(some.map((message, i) => conversation.append(message, `${at + i}`)));
    }
  },
  async prepare({ call, sliceMs }) {
    for (let n = 1; ; n *= 2) {
      const { wallMs } = await tasks.run({ call, n });
      if (wallMs >= WARM_UP * sliceMs) return Math.max(1, Math.round((n * sliceMs) / wallMs));
    }
  },
  async run({ call, n }) {
    const took = new Float64Array(n);
    const cost = await measure(async () => {
      for (let i = 0; i < n; i++) {
        const start = performance.now();
        await (call === "append" ? append() : readLast());
        took[i] = performance.now() - start;
      }
    });
    return { ...cost, p50Ms: median([...took]) };
  },
  async append({ member, n }) {
    const from = now();
    for (let i = 0; i < n; i++) await conversation.append(messageAt(turn++), `${member}-${i}`);
    return { from, to: now() };
  },
  async look() {
    const ids = (await conversation.ids?.()) ?? [];
    const order = createHash("sha256").update(ids.join("\n")).digest("hex");
    return { messages: ids.length, different: new Set(ids).size, order };
  },
};

/** By a clock that all processes of the machine share. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function append(): Promise<void> {
  await conversation.append(messageAt(turn++), crypto.randomUUID());
}

/** Looks into what was read, so that no contestant is spared that work; throws if a message is lost. */
async function readLast(): Promise<void> {
  const messages = await conversation.last(LAST);
  let said = 0;
  for (const message of messages) {
    const text = conversation.textOf(message);
    if (typeof text === "string") said += text.length;
  }
  if (messages.length !== LAST || said < LAST) {
    throw new Error("The last messages came back without what was said.");
  }
}

serve(tasks);
