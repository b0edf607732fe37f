import type { ShortTermHarness } from "@mem/contract";
import { createRedisBackend, type RedisTarget } from "@mem/backend-redis";

let harnesses = 0;

/** Opens a memory under a prefix of its own, whose time can be advanced. */
export function openHarness(target: RedisTarget): ShortTermHarness {
  const prefix = `test${++harnesses}`;
  let offsetMs = 0;
  const open = () => createRedisBackend({ ...target, prefix, timeOffsetMs: () => offsetMs });
  return {
    backend: open(),
    advance(ms) {
      offsetMs += ms;
    },
    another: async () => open(),
  };
}
