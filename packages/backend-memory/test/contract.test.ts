import { createMemoryBackend, type MemoryBackendOptions } from "@mem/backend-memory";
import { describeShortTermBackend } from "@mem/contract";
import { createManualClock } from "@mem/core";

function describeWith(name: string, options: MemoryBackendOptions): void {
  describeShortTermBackend({
    name,
    open: async () => {
      const clock = createManualClock();
      return {
        backend: createMemoryBackend({ ...options, clock }),
        advance: (ms) => clock.advance(ms),
      };
    },
  });
}

describeWith("the memory backend", {});
describeWith("the memory backend with bounds", {
  maxEntries: 1_000_000,
  maxBytes: 1_000_000_000,
  whenFull: "evict",
});
