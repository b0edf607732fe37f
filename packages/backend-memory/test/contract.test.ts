import { createMemoryBackend } from "@mem/backend-memory";
import { describeShortTermBackend } from "@mem/contract";
import { createManualClock } from "@mem/core";

describeShortTermBackend({
  name: "the memory backend",
  open: async () => {
    const clock = createManualClock();
    return {
      backend: createMemoryBackend({ clock }),
      advance: (ms) => clock.advance(ms),
    };
  },
});
