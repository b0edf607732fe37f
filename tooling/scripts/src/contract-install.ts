import { readFileSync } from "node:fs";
import { join } from "node:path";

import { installInto } from "./foreign-project.ts";
import { run } from "./shell.ts";
import type { Tarball } from "./tarballs.ts";
import { readManifest, root } from "./workspace.ts";

/** The suites work for people elsewhere: from the tarball, in a project of npm's. */
export async function checkContractInstall(
  folder: string,
  tarballs: readonly Tarball[],
): Promise<void> {
  const dir = join(folder, "contract-install");
  const test = readFileSync(join(root, "packages/backend-memory/test/contract.test.ts"), "utf8");
  const vitest = readManifest(join(root, "node_modules/vitest")).version;
  await installInto(
    {
      dir,
      packages: ["@mem/backend-memory", "@mem/contract", "@mem/core"],
      registry: { vitest },
      files: { "contract.test.ts": test.replaceAll("../src/index.ts", "@mem/backend-memory") },
    },
    tarballs,
  );
  const printed = await run(process.execPath, ["node_modules/vitest/vitest.mjs", "run"], {
    cwd: dir,
  });
  const [, passed] = /^\s*Tests\s+(.*)$/m.exec(printed) ?? [];
  console.log(`@mem/contract from its tarball: ${passed}`);
}
