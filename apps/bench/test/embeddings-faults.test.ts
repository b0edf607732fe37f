import { embeddedTexts } from "@mem/search";
import { describe, expect, it } from "vitest";
import { strikeEmbeddings } from "../src/faults/embeddings/embeddings.ts";
import { SERVICE_FAULTS } from "../src/faults/embeddings/service-faults.ts";
import { startMisbehavingService } from "../src/faults/embeddings/misbehaving-service.ts";
import { textOf, UNSPEAKABLE, vectorOf } from "../src/faults/embeddings/saved-texts.ts";
import { createSubject } from "../src/faults/embeddings/subject.ts";
import { createRandom } from "../src/random.ts";

describe("a store whose embedding service misbehaves", { timeout: 120_000 }, () => {
  it("loses no save, keeps no wrong vector, tells no secret, and changes its model", async () => {
    const report = await strikeEmbeddings({
      writes: 120,
      requestsALife: 5,
      killedReembeddings: 1,
      random: createRandom(3),
    });
    expect(report.findings).toEqual([]);
    expect(report.saves).toBeGreaterThanOrEqual(120);
    expect(report.kills).toBeGreaterThanOrEqual(3);
    const faults = [...report.did.keys()].filter((name) => name in SERVICE_FAULTS);
    expect(faults.length).toBeGreaterThan(0);
  });
});

describe("the misbehaving service", () => {
  it("gives wrong vectors to a client that believes it", async () => {
    await using service = await startMisbehavingService(createRandom(1));
    const { baseUrl } = service;
    const embedder = createSubject({ subject: "plain", baseUrl, apiKey: "key", model: "m" });
    const texts = ["one", "two", "three"];
    const right = JSON.stringify(texts.map((text) => vectorOf("m", text)));
    let wrong = 0;
    while (!service.did.has("items in any order") || !service.did.has("an item twice")) {
      const vectors = await embedder.embed(texts, { kind: "document" }).catch(() => undefined);
      if (vectors === undefined) continue;
      if (JSON.stringify(vectors.map((vector) => [...vector])) !== right) wrong++;
    }
    expect(wrong).toBeGreaterThanOrEqual(2);
  });

  it("is well when it is told to be", async () => {
    await using service = await startMisbehavingService(createRandom(1));
    service.isWell = true;
    const { baseUrl } = service;
    const embedder = createSubject({ subject: "mem", baseUrl, apiKey: "key", model: "m" });
    for (let i = 0; i < 20; i++) {
      const text = `${UNSPEAKABLE} ${i}`;
      const vectors = await embedder.embed([text], { kind: "document" });
      expect(vectors).toEqual([Float32Array.from(vectorOf("m", text))]);
    }
  });
});

describe("a text of the lab", () => {
  it("is now and then one of several passages, no two of which are alike", () => {
    const passages = Array.from({ length: 100 }, (_, n) => embeddedTexts(textOf(n)));
    expect(passages.filter(({ length }) => length > 1)).toHaveLength(4);
    expect(new Set(passages.flat()).size).toBe(passages.flat().length);
  });
});

describe("a vector of the lab", () => {
  it("says which model and which text it is of", () => {
    const vector = vectorOf("a", "text");
    expect(vectorOf("a", "text")).toEqual(vector);
    expect(vectorOf("b", "text")).not.toEqual(vector);
    expect(vectorOf("a", "texts")).not.toEqual(vector);
    expect(vector).toEqual([...Float32Array.from(vector)]);
    expect(vector.every((x) => Math.abs(x) <= 1)).toBe(true);
  });
});
