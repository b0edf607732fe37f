import { describeShortTermBackend } from "@mem/contract";
import { createManualClock } from "@mem/core";
import { createMystoreBackend } from "../src/index.ts";

describeShortTermBackend({
  name: "mystore",
  open: async () => {
    const clock = createManualClock();
    return { backend: createMystoreBackend({ clock }), advance: (ms) => clock.advance(ms) };
  },
});
