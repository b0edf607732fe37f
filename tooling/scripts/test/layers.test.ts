import { expect, test } from "vitest";

import { checkLayers } from "../src/layers.ts";
import type { Manifest } from "../src/workspace.ts";
import { PackageFixture } from "./package-fixture.ts";

function problemsOf(folder: string, source: string, changes: Partial<Manifest> = {}): string[] {
  using fixture = new PackageFixture(folder, changes);
  fixture.write("src/store.ts", source);
  return checkLayers(fixture.workspacePackage);
}

test("sources may import node, their own files, core and what package.json names", () => {
  const source = [
    'import { readFile } from "node:fs/promises";',
    'import type { Entry } from "@mem/core";',
    "import {",
    "  one,",
    '} from "./deeper/one.ts";',
    'const { Redis } = await import("ioredis");',
  ].join("\n");
  expect(problemsOf("backend-example", source, { dependencies: { ioredis: "^6" } })).toEqual([]);
});

test("a sibling may not be imported, even one that package.json names", () => {
  const source = '\nimport { createMemoryBackend } from "@mem/backend-memory";';
  const dependencies = { "@mem/backend-memory": "workspace:^" };
  expect(problemsOf("backend-example", source, { dependencies })).toEqual([
    'packages/backend-example/src/store.ts:2: "backend-example" may not import "backend-memory"; take what is needed as a parameter instead',
  ]);
});

test("core imports none of the others", () => {
  const source = 'export { search } from "@mem/search";';
  const dependencies = { "@mem/search": "workspace:^" };
  expect(problemsOf("core", source, { dependencies, peerDependencies: {} })).toEqual([
    expect.stringContaining('"core" may not import "search"'),
  ]);
});

test("a development dependency may not be imported", () => {
  const source = 'import fc from "fast-check";';
  expect(problemsOf("backend-example", source, { devDependencies: { "fast-check": "4" } })).toEqual(
    [expect.stringContaining('"fast-check" is in neither dependencies nor peerDependencies')],
  );
});

test.for([
  ["../../core/src/index.ts", "leaves src"],
  ["../test/fixture.ts", "leaves src"],
  ["fs", 'write "node:fs"'],
  ["@mem/core/src/errors.ts", "not a file inside it"],
])("%s may not be imported", ([specifier = "", message = ""]) => {
  expect(problemsOf("backend-example", `import { x } from "${specifier}";`)).toEqual([
    expect.stringContaining(message),
  ]);
});

test("only config loads packages with import(), and it loads no other way", () => {
  const peerDependencies = { "@mem/core": "1", "@mem/backend-redis": "1" };
  const load = 'return await import("@mem/backend-redis");';
  const types = 'import type { RedisOptions } from "@mem/backend-redis";';
  const statically = 'import { createRedisBackend } from "@mem/backend-redis";';
  expect(problemsOf("config", `${types}\n${load}`, { peerDependencies })).toEqual([]);
  expect(problemsOf("config", statically, { peerDependencies })).toEqual([
    expect.stringContaining('load "@mem/backend-redis" with import()'),
  ]);
  expect(problemsOf("session", 'await import("@mem/core");')).toEqual([
    expect.stringContaining("only config loads packages with import()"),
  ]);
});

test("an import in a comment is none", () => {
  expect(problemsOf("session", '// import("@mem/search")\n * import("@mem/search")')).toEqual([]);
});

test("core is a peer, so that there is one in a tree", () => {
  expect(problemsOf("session", "", { dependencies: { "@mem/core": "workspace:^" } })).toEqual([
    expect.stringContaining("@mem/core belongs in peerDependencies"),
  ]);
});

test("a package without a layer cannot import another", () => {
  expect(problemsOf("novelty", 'import { MemoryError } from "@mem/core";')).toEqual([
    expect.stringContaining('"novelty" has no layer'),
  ]);
});
