import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";

import { LineFile } from "../src/index.ts";
import { countingLines, rotate, rotationOf, type Step } from "./rotating.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** What happens at the same time: each writer appends this many lines, and somebody rotates up to a step. */
interface Round {
  readonly lines: number[];
  readonly rotation: Step | undefined;
}

const rounds: fc.Arbitrary<Round[]> = fc.array(
  fc.record({
    lines: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
    rotation: fc.constantFrom<Step | undefined>(undefined, "linked", "renamed", "sealed"),
  }),
  { minLength: 2, maxLength: 10 },
);

async function rotateUpTo(path: string, last: Step): Promise<void> {
  const interrupted = new Error("interrupted");
  const rotating = rotate(path, (step) => {
    if (step === last) throw interrupted;
  });
  await rotating.catch((error: unknown) => {
    if (error !== interrupted) throw error;
  });
}

test("every line counts once and in its writer's order, however appends and rotations meet", async () => {
  const folder = temporaryFolder();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(rounds, async (all) => {
      const path = join(folder, String(run++));
      const files = ["a", "b", "c"].map((name) => {
        const options = { path, durability: "process", rotation: rotationOf(path) } as const;
        return { name, lines: [] as string[], file: new LineFile(options) };
      });
      await files[0]?.file.append(["begun"]);
      for (const { lines: counts, rotation } of all) {
        const appends = files.map(async ({ name, lines, file }, writer) => {
          const first = lines.length;
          const more = Array.from({ length: counts[writer] ?? 0 }, (_, n) => `${name}${first + n}`);
          const { offsets, failure } = await file.append(more);
          expect([offsets.length, failure]).toEqual([more.length, undefined]);
          lines.push(...more);
        });
        if (rotation !== undefined) appends.push(rotateUpTo(path, rotation));
        await Promise.all(appends);
      }
      for (const { file } of files) await file.close();
      await rotate(path);
      const found = countingLines(path);
      expect(found.length).toBe(1 + files.reduce((sum, { lines }) => sum + lines.length, 0));
      for (const { name, lines } of files) {
        expect(found.filter((line) => line.startsWith(name) && line !== "begun")).toEqual(lines);
      }
    }),
    { numRuns: 25 },
  );
});
