import { expiry } from "../short-term/expiry.ts";
import { million } from "../short-term/million.ts";
import { LARGE_GOALS, SMALL_GOALS } from "../short-term/rivals.ts";
import { throughput } from "../short-term/throughput.ts";
import type { Suite } from "../suite.ts";

export const shortTermSuite: Suite = {
  name: "short-term",
  about: "the manager over memory in this process, beside a bare Map and beside other caches",
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
    "cache-manager, lru-cache and LangGraph's InMemoryStore hand out what they hold: a caller that changes a value changes it for everyone. cacheable keeps what it is given. mem, keyv, node-cache, unstorage and the Map with JSON are isolated both ways.",
    "LangGraph's InMemoryStore and unstorage's memory driver let nothing expire; keyv, cacheable, cache-manager and lru-cache in their defaults free an expired entry only when it is asked for.",
    "Who has no row in a case has taken part in one round of it; the others in all.",
  ],
};
