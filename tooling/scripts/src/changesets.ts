import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { WorkspacePackage } from "./workspace.ts";

/** Packages whose next release nobody has described: the first one is described by a changeset. */
export function checkChangesets(packages: readonly WorkspacePackage[], folder: string): string[] {
  const changesets = globSync("*.md", { cwd: folder }).map((file) =>
    readFileSync(join(folder, file), "utf8"),
  );
  const isDescribed = (name: string): boolean =>
    changesets.some((text) =>
      new RegExp(`^["']?${name}["']?: (patch|minor|major)$`, "m").test(text),
    );
  return packages
    .filter(({ manifest }) => manifest.version === "0.0.0" && !isDescribed(manifest.name))
    .map(({ path }) => `${path}/package.json:3: no changeset names it; run \`npx changeset\``)
    .concat(
      packages
        .filter(({ manifest }) => manifest.version !== "0.0.0")
        .filter(({ dir }) => !existsSync(join(dir, "CHANGELOG.md")))
        .map(({ path }) => `${path}/CHANGELOG.md: missing; \`npx changeset version\` writes it`),
    );
}
