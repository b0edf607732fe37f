import { createManualClock } from "@mem/core";
import { describeShortTermBackend } from "../src/describe-short-term-backend.ts";
import { ModelBackend } from "../src/short-term/model/model-backend.ts";

describeShortTermBackend({
  name: "a small backend in memory",
  open: async () => {
    const clock = createManualClock();
    return { backend: new ModelBackend(clock), advance: (ms) => clock.advance(ms) };
  },
});
