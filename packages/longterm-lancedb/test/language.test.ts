import { describe, expect, it } from "vitest";
import { here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";

describe("another language", () => {
  it("analyses anew what is stored, and keeps everything else", async () => {
    const uri = await storeFolder();
    const english = openStore(uri);
    await english.save(scope, [
      write("a", { text: "three campaigns", metadata: { n: 1 } }),
      write("b", { text: "" }),
    ]);
    expect(await english.search(here, query("campaign"))).toHaveLength(1);
    const before = await english.get(scope, ["a", "b"]);
    await english.close();
    const plain = openStore(uri, { language: "none" });
    expect(await plain.search(here, query("campaign"))).toEqual([]);
    expect(await plain.search(here, query("campaigns"))).toHaveLength(1);
    expect(await plain.get(scope, ["a", "b"])).toEqual(before);
    await plain.close();
    const again = openStore(uri);
    expect(await again.search(here, query("campaign"))).toHaveLength(1);
  });
});
