import { appending } from "../sessions/appending.ts";
import { ending } from "../sessions/ending.ts";
import { idle } from "../sessions/idle.ts";
import { lastInProcess, lastOnRedis } from "../sessions/last-forty.ts";
import { roundTrips } from "../sessions/round-trips.ts";
import { together } from "../sessions/together.ts";
import type { Suite } from "../suite.ts";

export const sessionSuite: Suite = {
  name: "session",
  about: "sessions: a conversation, a whole session and its end, beside bare commands",
  takes: "about five minutes",
  peers: [
    "@mastra/redis",
    "@mastra/core",
    "@langchain/langgraph-checkpoint",
    "@langchain/core",
    "@openai/agents-core",
  ],
  experiments: [
    appending,
    lastOnRedis({ messages: 10_000 }),
    lastInProcess({ messages: 10_000 }),
    roundTrips,
    ending({ size: 1000, foreign: 1_000_000 }),
    idle({ sessions: 10_000 }),
    together({ processes: 8 }),
  ],
  notes: [
    "The server is a private one on the loopback interface, without persistence. mem is a session of @mem/session in its default configuration, except for the number of messages it keeps; when appending one at a time, that is the default too: 100.",
    "mem checks and copies each message, assigns its position, recognises one that is sent twice, refuses it after the session's end and counts it for its agent; every append and every read restarts the session's timeout. The list stores text and has an expiry; the array's messages are copied in and out.",
    "@mastra/redis, LangGraph and OpenAI's session keep messages until they are deleted. For each added message, LangGraph writes a checkpoint with all messages; it reads checkpoints whole.",
    "The hand-written Lua has a key with an expiry for each value, an index of these keys and a list of messages. In the hash and the list that are unlinked, no single value can expire, and nothing counts what was removed.",
    "Round trips are counted between the client and the server: the first request after an answer begins a new one. Timers are all timers set in the process, including those that don't keep it alive.",
    "After each turn of the eight processes, each of them reads the whole conversation: every message must be there exactly once, in the same order for all. @mastra/redis promises no such order, so one process reads its conversation.",
  ],
};
