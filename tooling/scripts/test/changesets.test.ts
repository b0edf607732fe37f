import { expect, test } from "vitest";

import { checkChangesets } from "../src/changesets.ts";
import { PackageFixture } from "./package-fixture.ts";

test("a package that was never released needs a changeset that names it", () => {
  using fixture = new PackageFixture("backend-example");
  const { workspacePackage } = fixture;
  fixture.write(".changeset/one.md", '---\n"@mem/backend-example-two": minor\n---\n\nText.\n');
  const problems = () => checkChangesets([workspacePackage], `${workspacePackage.dir}/.changeset`);
  expect(problems()).toEqual([expect.stringContaining("no changeset names it")]);
  fixture.write(".changeset/two.md", '---\n"@mem/backend-example": minor\n---\n\nText.\n');
  expect(problems()).toEqual([]);
});

test("a package that was released needs a changelog", () => {
  using fixture = new PackageFixture("backend-example", { version: "0.1.0" });
  const { workspacePackage } = fixture;
  const problems = () => checkChangesets([workspacePackage], `${workspacePackage.dir}/.changeset`);
  expect(problems()).toEqual([expect.stringContaining("CHANGELOG.md: missing")]);
  fixture.write("CHANGELOG.md", "# @mem/backend-example\n");
  expect(problems()).toEqual([]);
});
