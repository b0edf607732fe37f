import { clear } from "../redis/clear.ts";
import { inFlight } from "../redis/in-flight.ts";
import { countOne, oneAtATime } from "../redis/one-at-a-time.ts";
import type { Suite } from "../suite.ts";

const mixes = ["50/50", "90/10"] as const;

export const redisSuite: Suite = {
  name: "redis",
  about: "the manager over Redis, beside other clients on the same server",
  takes: "about five minutes",
  peers: ["redis", "@keyv/redis", "keyv", "unstorage", "@mastra/redis"],
  experiments: [
    inFlight({ inFlight: 100, size: "230 B", mixes, hasTarget: true }),
    inFlight({ inFlight: 100, size: "4.3 KB", mixes, hasTarget: true }),
    inFlight({ inFlight: 1000, size: "230 B", mixes: ["50/50"], hasTarget: false }),
    oneAtATime,
    clear,
    countOne,
  ],
  notes: [
    "The server is a private one on the loopback interface, without persistence. Client CPU is the CPU time of all threads of the client's process, including JSON.",
    "mem checks, isolates, versions and indexes each entry; the others set a value with an expiry. The hand-written clear also keeps an index beside the values.",
    "unstorage and @mastra/redis use ioredis 5.",
  ],
};
