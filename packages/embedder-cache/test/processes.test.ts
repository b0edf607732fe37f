import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createHashingEmbedder } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEmbedderCache } from "../src/index.ts";
import { createCountingEmbedder } from "./counting-embedder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const document = { kind: "document" } as const;
const program = join(import.meta.dirname, "filling-process.ts");

function fill(
  dir: string,
  ...range: number[]
): { child: ChildProcess; lines: AsyncIterable<string> } {
  const args = ["--conditions=@mem/source", "--no-warnings", program, dir, ...range.map(String)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, lines: createInterface({ input: child.stdout }) };
}

const textsTo = (count: number): string[] => Array.from({ length: count }, (_, i) => `text ${i}`);

describe("several processes", { timeout: 60_000 }, () => {
  it("share what each of them has asked for", async () => {
    const dir = temporaryFolder();
    const children = [fill(dir, 0, 300).child, fill(dir, 200, 500).child];
    for (const [code] of await Promise.all(children.map((child) => once(child, "exit")))) {
      expect(code).toBe(0);
    }
    const embedder = createCountingEmbedder(64);
    await using cache = createEmbedderCache({ embedder, dir });
    const texts = textsTo(500);
    const plain = await createHashingEmbedder({ dimensions: 64 }).embed(texts, document);
    expect(await cache.embed(texts, document)).toEqual(plain);
    expect(embedder.asked).toEqual([]);
  });

  it("may be killed: what they were given is there for the next one", async () => {
    const dir = temporaryFolder();
    let filled = 0;
    for (let life = 0; life < 3; life++) {
      const { child, lines } = fill(dir);
      const until = filled + 200 + Math.floor(Math.random() * 200);
      for await (const line of lines) {
        filled = Math.max(filled, Number(line));
        if (filled >= until) break;
      }
      child.kill("SIGKILL");
      await once(child, "exit");
      const embedder = createCountingEmbedder(64);
      await using cache = createEmbedderCache({ embedder, dir });
      const texts = textsTo(filled);
      const plain = await createHashingEmbedder({ dimensions: 64 }).embed(texts, document);
      expect(await cache.embed(texts, document)).toEqual(plain);
      expect(embedder.asked).toEqual([]);
    }
  });
});
