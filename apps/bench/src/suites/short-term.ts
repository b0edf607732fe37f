import { expiry } from "../short-term/expiry.ts";
import { million } from "../short-term/million.ts";
import { LARGE_GOALS, SMALL_GOALS } from "../short-term/rivals.ts";
import { throughput } from "../short-term/throughput.ts";
import type { Suite } from "../suite.ts";

export const shortTermSuite: Suite = {
  name: "short-term",
  about: "the manager over memory in this process, beside a bare Map and other caches",
  takes: "five to six minutes",
  peers: [
    "keyv",
    "cacheable",
    "cache-manager",
    "node-cache",
    "unstorage",
    "@langchain/langgraph-checkpoint",
    "lru-cache",
    "@isaacs/ttlcache",
  ],
  experiments: [
    throughput("230 B", SMALL_GOALS),
    throughput("4.3 KB", LARGE_GOALS),
    million,
    expiry,
  ],
  notes: [
    "cache-manager, lru-cache and LangGraph's InMemoryStore return the object they hold: a caller that changes it changes it for everyone. cacheable keeps the object it is given. mem, keyv, node-cache, unstorage and the Map with JSON isolate values in both directions.",
    "LangGraph's InMemoryStore and unstorage's memory driver have no expiry; by default, keyv, cacheable, cache-manager and lru-cache free an expired entry only when it is read.",
    "A contestant without a row in a case took part in one round of it; the others took part in all rounds.",
  ],
};
