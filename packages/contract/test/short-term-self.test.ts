import { createManualClock } from "@mem/core";
import { describeShortTermBackend } from "../src/describe-short-term-backend.ts";
import { ReferenceBackend } from "./fixtures/short-term-reference.ts";

describeShortTermBackend({
  name: "a small backend in memory",
  open: async () => {
    const clock = createManualClock();
    return { backend: new ReferenceBackend(clock), advance: (ms) => clock.advance(ms) };
  },
});
