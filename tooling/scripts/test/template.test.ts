import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { checkAnatomy } from "../src/anatomy.ts";
import { readCodeBlocks } from "../src/documents.ts";
import { checkLayers } from "../src/layers.ts";
import { run } from "../src/shell.ts";
import { checkName, instantiateTemplate } from "../src/template.ts";
import { readManifest, root } from "../src/workspace.ts";

let folder: string;

beforeAll(() => {
  // Inside the repository, so that its compiler and its vitest are found.
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache/template-"));
  mkdirSync(join(folder, "node_modules/@mem"), { recursive: true });
  for (const name of ["backend-memory", "contract", "core"]) {
    symlinkSync(join(root, "packages", name), join(folder, "node_modules/@mem", name));
  }
  symlinkSync(join(root, "tooling/config"), join(folder, "node_modules/@mem/tooling"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.for(["backend-my-store", "longterm-my-store", "records-my-store"])(
  "a new package %s compiles and is like the others",
  async (name) => {
    const dir = join(folder, name);
    instantiateTemplate(name, dir);
    const manifest = readManifest(dir);
    const workspacePackage = { folder: name, path: `packages/${name}`, dir, manifest };
    expect(checkAnatomy(workspacePackage)).toEqual([]);
    expect(checkLayers(workspacePackage)).toEqual([]);
    const readme = readFileSync(join(dir, "README.md"), "utf8");
    const [program] = readCodeBlocks(readme).filter(({ language }) => language === "ts");
    writeFileSync(join(dir, "test/readme.ts"), program?.code ?? "");
    await run("tsc", [], { cwd: dir });
  },
);

test("the contract test of a new package has fewer than 20 lines", () => {
  for (const kind of ["backend", "longterm", "records"]) {
    const file = join(root, "tooling/template", kind, "test/contract.test.ts");
    expect(readFileSync(file, "utf8").trimEnd().split("\n").length).toBeLessThan(20);
  }
});

test.for(["", "mystore", "backend-", "Backend-x", "backend-a--b", "backend-../x", "other-mystore"])(
  "%o is refused as a name, with examples of what is accepted",
  (name) => {
    expect(checkName(name)).toContain("backend-mystore, longterm-mystore, records-mystore");
  },
);
