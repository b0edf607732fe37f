import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { checkAnatomy } from "../src/anatomy.ts";
import { listPackages } from "../src/workspace.ts";
import { PackageFixture } from "./package-fixture.ts";

test("a package like the others has no problem", () => {
  using fixture = new PackageFixture("backend-example");
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([]);
});

test("a file that all have is missed by name", () => {
  using fixture = new PackageFixture("backend-example");
  rmSync(join(fixture.workspacePackage.dir, "README.md"));
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([
    expect.stringMatching("^packages/backend-example/README.md: missing"),
  ]);
});

test.for([
  ["name", "@mem/other", /package.json:2: "name" must be "@mem\/backend-example"/],
  ["sideEffects", true, /"sideEffects" must be false/],
  ["engines", { node: ">=20" }, /"engines" must be .*22\.13/],
  [
    "publishConfig",
    { access: "public" },
    /"publishConfig" must be .*exports without "@mem\/source"/,
  ],
  ["main", "./dist/index.js", /"main" is a field that no package has/],
] as const)("a package.json with another %s is refused", ([field, value, message]) => {
  using fixture = new PackageFixture("backend-example", { [field]: value });
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([expect.stringMatching(message)]);
});

test("a field that all have is missed by name", () => {
  using fixture = new PackageFixture("backend-example");
  const { keywords: _, ...manifest } = fixture.workspacePackage.manifest;
  fixture.writeManifest(manifest);
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([
    expect.stringContaining('"keywords" is missing'),
  ]);
});

test("fields stand in one order", () => {
  using fixture = new PackageFixture("backend-example");
  const { name, version, ...manifest } = fixture.workspacePackage.manifest;
  fixture.writeManifest({ version, name, ...manifest });
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([
    expect.stringMatching(/package.json:2: "version" is out of place; the order is name, version/),
  ]);
});

test.for([
  'export * from "./store.ts";',
  'export { default } from "./store.ts";',
  "export const limit = 1;",
  'import "./store.ts";',
])("the list of exports may not hold: %s", (line) => {
  using fixture = new PackageFixture("backend-example");
  fixture.write("src/index.ts", `/** Of\n * the package. */\n${line}\n`);
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([
    `packages/backend-example/src/index.ts:3: only \`export { name } from "./file.ts";\` belongs here, not: ${line}`,
  ]);
});

test("the list of exports may hold comments, types and names over several lines", () => {
  using fixture = new PackageFixture("backend-example");
  fixture.write(
    "src/index.ts",
    'export type { A } from "./a.ts";\n// Why.\nexport {\n  b,\n  type C,\n} from "./b.ts";\n',
  );
  expect(checkAnatomy(fixture.workspacePackage)).toEqual([]);
});

test("the packages of the workspace are found", () => {
  expect(listPackages().map(({ manifest }) => manifest.name)).toContain("@mem/core");
});
