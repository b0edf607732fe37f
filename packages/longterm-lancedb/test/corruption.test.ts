import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { tableFiles } from "./raw-table.ts";

const ENTRIES = 20;
const FLIPS = 25;

describe("a flipped byte", () => {
  it("is never returned as data: an entry is as it was saved, missing, or MEM_CORRUPT", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    const keys = Array.from({ length: ENTRIES }, (_, i) => `key-${i}`);
    await store.save(
      scope,
      keys.map((key, i) =>
        write(key, {
          value: { i, list: ["x".repeat(i)] },
          text: `autumn ${i}`,
          metadata: { i },
          subject: `person-${i}`,
          sequence: { id: "s", position: i },
        }),
      ),
    );
    const saved = new Map((await store.get(scope, keys)).map((entry) => [entry?.key, entry]));
    await store.flush();
    await store.close();
    const [path = ""] = await tableFiles(uri, "data");
    const whole = await readFile(path);
    let noticed = 0;
    for (let flip = 0; flip < FLIPS; flip++) {
      const at = Math.floor((flip * whole.length) / FLIPS);
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (flip % 8));
      await writeFile(path, damaged);
      await using opened = createLanceDbStore({ uri });
      const answers = await Promise.allSettled([
        opened.get(scope, keys),
        opened.list(scope, { limit: ENTRIES }).then(({ items }) => items),
        opened.search(here, query("autumn", { topK: ENTRIES })),
      ]);
      for (const answer of answers) {
        if (answer.status === "rejected") {
          expect(answer.reason).toMatchObject({ code: "MEM_CORRUPT" });
          noticed++;
          continue;
        }
        for (const entry of answer.value) {
          if (entry !== undefined) expect(entry).toMatchObject(saved.get(entry.key) ?? {});
        }
      }
    }
    expect(noticed).toBeGreaterThan(0);
  }, 60_000);

  it("can be overwritten by saving the entry again", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a", { value: "untouched" }), write("b", { value: 1 })]);
    await store.flush();
    await store.close();
    const [path = ""] = await tableFiles(uri, "data");
    const whole = await readFile(path, "latin1");
    expect(whole).toContain("untouched");
    await writeFile(path, whole.replace("untouched", "untouchex"), "latin1");
    const again = openStore(uri);
    await expect(again.get(scope, ["a"])).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    expect(await again.get(scope, ["b"])).toMatchObject([{ value: 1 }]);
    await again.save(scope, [write("a", { value: "new" })]);
    expect(await again.get(scope, ["a"])).toMatchObject([{ value: "new" }]);
  });
});
