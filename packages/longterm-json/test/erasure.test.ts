import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createHashingEmbedder, type Embedder, type LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { temporaryFolder, type Folder } from "./folder.ts";
import { ann, note, write } from "./samples.ts";
import { digestOf } from "../src/vector-file.ts";

const bob = { tenantId: "acme", workflowId: "w1", agentId: "bob" };

/** Words that only the erased entries contain. */
const GONE = ["marzipan", "secret-key", "nougat", "person:7", "old-operation", "praline"];

describe("erasure", () => {
  it.each<[string, Embedder | undefined]>([
    ["with an embedder", createHashingEmbedder({ dimensions: 16 })],
    ["without one", undefined],
  ])("leaves no byte of what is erased in any file, in a store %s", async (_, embedder) => {
    await using folder = await temporaryFolder();
    const store = folder.open(embedder && { embedder });
    await fill(store);
    expect((await found(folder)).toSorted()).toEqual(GONE.toSorted());
    await store.erase({ tenantId: "acme", subject: "person:7" });
    expect(await found(folder)).toEqual([]);
    expect(await store.count(bob)).toBe(1);
    await store.close();
    expect(await found(folder)).toEqual([]);
  });

  it("leaves no vector of an erased text, whether the store makes vectors by then or not", async () => {
    const embedder = createHashingEmbedder({ dimensions: 16 });
    for (const options of [{ embedder }, {}]) {
      await using folder = await temporaryFolder();
      const store = folder.open({ embedder });
      await fill(store);
      await store.flush();
      await store.close();
      const vectors = (): Promise<string> => readFile(folder.vectorFile, "utf8");
      for (const text of ["marzipan", "plain"]) expect(await vectors()).toContain(digestOf(text));
      const again = folder.open(options);
      await again.erase({ tenantId: "acme", subject: "person:7" });
      expect(await vectors()).not.toContain(digestOf("marzipan"));
      expect(await vectors()).toContain(digestOf("plain"));
    }
  });

  it("takes a deleted entry's vector, which a store without an embedder had left", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ embedder: createHashingEmbedder({ dimensions: 16 }) });
    await store.save(ann, [note("secret-key", "marzipan")]);
    await store.flush();
    await store.close();
    const again = folder.open();
    await again.delete(ann, [{ key: "secret-key" }]);
    expect(await readFile(folder.vectorFile, "utf8")).toContain(digestOf("marzipan"));
    expect(await again.erase({ scope: ann, key: "secret-key" })).toMatchObject({ entries: [] });
    expect(await readFile(folder.vectorFile, "utf8")).not.toContain(digestOf("marzipan"));
  });

  it("takes what a killed process left half written", async () => {
    await using folder = await temporaryFolder();
    await writeFile(`${folder.file}.${randomUUID()}.tmp`, "marzipan");
    await writeFile(`${folder.vectorFile}.${randomUUID()}.tmp`, "marzipan");
    const store = folder.open();
    await store.erase({ scope: ann, key: "secret-key" });
    expect(await found(folder)).toEqual([]);
  });

  it("says so when the entries are erased and their vectors are not, and does it when it is asked again", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    await store.save(ann, [note("secret-key", "marzipan")]);
    await writeFile(folder.vectorFile, "{ damaged");
    const erase = (): Promise<unknown> => store.erase({ scope: ann, key: "secret-key" });
    await expect(erase()).rejects.toMatchObject({ code: "MEM_CORRUPT", outcome: "unknown" });
    expect(await store.count(ann)).toBe(0);
    await expect(erase()).rejects.toMatchObject({ code: "MEM_CORRUPT" });
    await writeFile(folder.vectorFile, await emptyVectors());
    await expect(erase()).resolves.toMatchObject({ entries: [] });
  });
});

/** Two entries about a person, and two that have nothing to do with them. */
async function fill(store: LongTermStore): Promise<void> {
  await store.save(ann, [
    write("secret-key", {
      value: { recipe: ["nougat"] },
      text: "marzipan",
      metadata: { filling: "praline" },
      subject: "person:7",
      opId: "old-operation",
    }),
    note("kept", "plain"),
  ]);
  await store.save(bob, [write("secret-key", { subject: "person:7" }), note("kept", "plain")]);
  await store.save(ann, [note("kept", "plain")]);
}

/** Which of the words are anywhere in the folder. */
async function found(folder: Folder): Promise<string[]> {
  const names = await folder.names();
  const contents = await Promise.all(
    names.map((name) => readFile(join(dirname(folder.file), name), "latin1")),
  );
  const all = [...names, ...contents].join("\n");
  return GONE.filter((word) => all.includes(word) || all.includes(digestOf(word)));
}

async function emptyVectors(): Promise<string> {
  await using folder = await temporaryFolder();
  const store = folder.open({ embedder: createHashingEmbedder({ dimensions: 16 }) });
  await store.save(ann, [note("a", "one")]);
  await store.flush();
  return readFile(folder.vectorFile, "utf8");
}
