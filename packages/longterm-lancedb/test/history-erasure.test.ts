import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

const history = {};
const SECRET = "Zanzibar-7231";

describe("an erasure in a store with a history", () => {
  it.each([
    ["an entry", { scope, key: "secret" }],
    ["a person", { tenantId: "acme", subject: "person:1" }],
  ])("of %s leaves none of its states in any file", async (_, request) => {
    const uri = await storeFolder();
    const store = openStore(uri, { history });
    const about = { subject: "person:1" };
    await store.save(scope, [write("secret", { value: 1, text: `first ${SECRET}`, ...about })]);
    await store.save(scope, [write("other", { value: 1, text: "stays" })]);
    await store.flush();
    await store.save(scope, [write("secret", { value: `second ${SECRET}`, ...about })]);
    await store.flush();
    await store.save(scope, [write("secret", { value: 3, metadata: { SECRET }, ...about })]);
    await store.save(scope, [write("other", { value: 2, text: "stays" })]);
    expect(await filesWith(uri, SECRET)).not.toEqual([]);
    expect(await store.erase(request, { dryRun: true })).toMatchObject({ revisions: 3 });
    expect((await store.history(scope, "secret", { limit: 9 })).items).toHaveLength(3);
    expect(await store.erase(request)).toMatchObject({
      entries: [{ agentId: "writer", key: "secret" }],
      revisions: 3,
    });
    expect(await filesWith(uri, SECRET)).toEqual([]);
    expect((await store.history(scope, "secret", { limit: 9 })).items).toEqual([]);
    const { items } = await store.history(scope, "other", { limit: 9 });
    expect(items.map(({ entry }) => entry?.value)).toEqual([2, 1]);
    const now = await store.get(scope, ["secret", "other"], { asOf: Date.now() });
    expect(now).toMatchObject([undefined, { value: 2 }]);
    expect((await store.verify()).problems).toEqual([]);
  });
});

async function filesWith(folder: string, text: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
