import {
  appendFileSync,
  existsSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { sealFile, type SealPlace } from "../src/index.ts";
import { startProgram } from "./program.ts";
import { isSeal, sealOf } from "./rotating.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const seal = sealOf(1);

function sealed(path: string, start?: number): Promise<SealPlace | undefined> {
  return sealFile(path, { isSeal, seal, ...(start !== undefined && { start }) });
}

describe("sealing a file", () => {
  test("appends the seal, once", async () => {
    const path = join(temporaryFolder(), "a");
    writeFileSync(path, "one\ntwo\n");
    const place = { offset: 8, length: seal.length };
    expect(await sealed(path)).toEqual(place);
    expect(await sealed(path)).toEqual(place);
    expect(await sealed(path, 4)).toEqual(place);
    expect(readFileSync(path, "utf8")).toBe(`one\ntwo\n${seal}\n`);
  });

  test("finds the first seal, whatever is behind it, and takes no other line for one", async () => {
    const path = join(temporaryFolder(), "a");
    const line = fc.constantFrom("", "one", `x${seal}`, `${seal} `, sealOf(2), "x".repeat(300_000));
    const torn = fc.constantFrom("", "one", seal.slice(0, -1), "x".repeat(5000));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.boolean(),
        fc.array(line),
        torn,
        async (a, has, b, end) => {
          const before = a.map((text) => `${text}\n`).join("");
          const behind = b.map((text) => `${text}\n`).join("") + end;
          writeFileSync(path, before + (has ? `${seal}\n` : "") + behind);
          const old = readFileSync(path, "utf8");
          const place = await sealed(path);
          const now = readFileSync(path, "utf8");
          expect(now.startsWith(old)).toBe(true);
          if (has) expect(place?.offset).toBe(before.length);
          if (has) expect(now).toBe(old);
          else expect(now.slice(old.length)).toBe(end === "" ? `${seal}\n` : `\n${seal}\n`);
          expect(now.slice(place?.offset).startsWith(`${seal}\n`)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("finishes a seal that lacks but its newline", async () => {
    const path = join(temporaryFolder(), "a");
    writeFileSync(path, `one\n${seal}`);
    expect(await sealed(path)).toEqual({ offset: 4, length: seal.length });
  });

  test("tells all who do it at once the same place", async () => {
    const path = join(temporaryFolder(), "a");
    writeFileSync(path, "one\n");
    const places = await Promise.all(Array.from({ length: 8 }, () => sealed(path)));
    expect(places).toEqual(places.map(() => ({ offset: 4, length: seal.length })));
  });

  test("makes no file, follows no link, and refuses what is no seal", async () => {
    const folder = temporaryFolder();
    const [missing, link, target] = [join(folder, "a"), join(folder, "b"), join(folder, "c")];
    expect(await sealed(missing)).toBeUndefined();
    expect(existsSync(missing)).toBe(false);
    writeFileSync(target, "precious\n");
    symlinkSync(target, link);
    await expect(sealed(link)).rejects.toMatchObject({ code: "LOG_NOT_A_FILE" });
    await expect(sealFile(target, { isSeal, seal: "none" })).rejects.toThrow(TypeError);
    await expect(sealFile(target, { isSeal, seal: `${seal}\n` })).rejects.toThrow(TypeError);
    expect(readFileSync(target, "utf8")).toBe("precious\n");
  });

  test("fails on a full disk, and works when there is room", async () => {
    const path = join(temporaryFolder(), "a");
    const old = `${"x".repeat(4096 - 6)}\n`;
    writeFileSync(path, old);
    const { output } = startProgram("seal", [path], { fileSizeKiB: 4 });
    expect(await output).toBe("LOG_NO_SPACE not-applied\n");
    expect(statSync(path).size).toBe(4096);
    appendFileSync(path, "late\n");
    const place = await sealed(path);
    expect(readFileSync(path, "utf8").slice(place?.offset)).toBe(`${seal}\n`);
  });
});
