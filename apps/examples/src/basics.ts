import { setTimeout as delay } from "node:timers/promises";
import type { Example } from "./stage.ts";

/** Save, retrieve, update, list; what expires and what is kept. */
export const basics: Example = {
  name: "basics",
  title: "Basic operations",
  async run({ memory, show }) {
    const strategist = memory.forAgent("strategist");

    // Short-term memory is fast and expires: here after 60 seconds.
    await strategist.save(
      "draft",
      { headline: "Spring is in the inbox", budget: 5000 },
      { ttl: 60 },
    );
    const draft = await strategist.retrieve("draft");

    // An update is compare-and-set with retry: no change of another writer is lost.
    const updated = await strategist.update("draft", (old) => ({ ...Object(old), budget: 6000 }));

    // What has expired is never seen again.
    await strategist.save("flash", "gone in a moment", { ttl: 0.05 });
    await delay(80);
    const flash = await strategist.retrieve("flash");

    show.table(
      ["short-term memory", "result"],
      [
        ['save("draft", …, { ttl: 60 }), retrieve("draft")', draft],
        ['update("draft", …)', updated],
        ['save("flash", …, { ttl: 0.05 }), 80 ms later', flash],
      ],
    );

    // Long-term memory is kept: this counter continues where the last run left it.
    const runs = await strategist.update("runs", (old) => (typeof old === "number" ? old : 0) + 1, {
      memoryType: "long_term",
    });
    await strategist.save(
      `lesson/run-${runs}`,
      { lesson: "Subject lines with a number were opened more often", lift: 0.18 },
      { memoryType: "long_term", metadata: { topic: "email" } },
    );

    show.say(`\nThis is run ${runs} on this storage. Lessons kept so far:`);
    const lessons = [];
    for await (const entry of strategist.list({ memoryType: "long_term", prefix: "lesson/" })) {
      lessons.push([entry.key, entry.value, new Date(entry.createdAt).toISOString()]);
    }
    show.table(["key", "value", "stored at"], lessons.slice(-5));
  },
};
