#!/usr/bin/env node
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const dist = process.argv[2] ?? "dist";
const REFERENCE = /(?:from |import\()"(\.\.?\/[^"]+)\.(?:js|ts)"/g;

/**
 * Removes declarations that the entry does not lead to: `tsc` writes one per module, and users see only the entry's.
 */
function prune(entry: string): void {
  const reached = new Set<string>();
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    for (const [, module] of readFileSync(join(dist, file), "utf8").matchAll(REFERENCE)) {
      pending.push(join(file, "..", `${module}.d.ts`));
    }
  }
  for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".d.ts") && !reached.has(file)) rmSync(join(dist, file));
  }
}

prune("index.d.ts");
