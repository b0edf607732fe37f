import { createHook } from "node:async_hooks";
import { createMemoryBackend } from "@mem/backend-memory";
import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager } from "@mem/core";
import { createSession, type SessionContext } from "@mem/session";
import { loadPeer } from "../../peers/load.ts";
import { heapBytes } from "../heap.ts";
import { serve } from "../worker-process.ts";

/*
 * A process with many open sessions in which nothing happens.
 */

export type IdleTasks = {
  /** Opens this many; resolves with how many bytes of the heap each takes. */
  readonly bytes: (options: IdleOptions) => Promise<number>;
  /** Opens this many; resolves with how many timers are then set in this process. */
  readonly timers: (options: IdleOptions) => Promise<number>;
};

export interface IdleOptions {
  readonly who: "mem" | "mem, on Redis" | "OpenAI MemorySession";
  readonly url: string;
  readonly sessions: number;
}

const AT_ONCE = 100;

const opened: unknown[] = [];

const tasks: IdleTasks = {
  async bytes({ sessions, ...who }) {
    const open = await opener(who);
    // What is made for the first session and shared by all does not count.
    await openMany(open, AT_ONCE);
    const before = heapBytes();
    await openMany(open, sessions);
    return (heapBytes() - before) / sessions;
  },
  async timers({ sessions, ...who }) {
    const timers = new Set<number>();
    const hook = createHook({
      init: (id, type) => void (type === "Timeout" && timers.add(id)),
      destroy: (id) => void timers.delete(id),
    });
    hook.enable();
    await openMany(await opener(who), sessions);
    // Destroyed timers are reported in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    hook.disable();
    return timers.size;
  },
};

async function openMany(open: () => unknown, count: number): Promise<void> {
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, open);
    opened.push(...(await Promise.all(some)));
  }
}

async function opener({ who, url }: Omit<IdleOptions, "sessions">): Promise<() => unknown> {
  if (who === "OpenAI MemorySession") {
    const { MemorySession } = await loadPeer<{ MemorySession: new () => unknown }>(
      "@openai/agents-core",
    );
    return () => new MemorySession();
  }
  const shortTerm = who === "mem" ? createMemoryBackend() : createRedisBackend({ url });
  const memory = new MemoryManager({ shortTerm });
  return (): Promise<SessionContext> => createSession({ memory });
}

serve(tasks);
