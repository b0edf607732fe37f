import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { type Manifest, readManifest, type WorkspacePackage } from "../src/workspace.ts";

/** A package on disk that is as it should be, but for what a test changes about it. */
export class PackageFixture implements Disposable {
  readonly workspacePackage: WorkspacePackage;

  constructor(folder: string, changes: Partial<Manifest> = {}) {
    const dir = mkdtempSync(join(tmpdir(), "mem-scripts-"));
    const manifest = { ...manifestOf(folder), ...changes };
    this.workspacePackage = { folder, path: `packages/${folder}`, dir, manifest };
    this.write("package.json", JSON.stringify(manifest, null, 2));
    for (const file of emptyFiles) this.write(file, "");
    this.write("src/index.ts", 'export { createStore } from "./store.ts";\n');
  }

  write(file: string, text: string): void {
    const path = join(this.workspacePackage.dir, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** Writes the package.json anew, key by key in the order given. */
  writeManifest(manifest: Manifest): void {
    this.write("package.json", JSON.stringify(manifest, null, 2));
    this.workspacePackage.manifest = readManifest(this.workspacePackage.dir);
  }

  [Symbol.dispose](): void {
    rmSync(this.workspacePackage.dir, { recursive: true });
  }
}

const emptyFiles = [
  "LICENSE",
  "README.md",
  "test/contract.test.ts",
  "tsconfig.build.json",
  "tsconfig.json",
  "tsup.config.ts",
  "turbo.json",
  "vitest.config.ts",
];

function manifestOf(folder: string): Manifest {
  const target = { types: "./dist/index.d.ts", default: "./dist/index.js" };
  const rest = { "./package.json": "./package.json" };
  return {
    name: `@mem/${folder}`,
    version: "0.0.0",
    description: "A store.",
    keywords: ["memory"],
    license: "MIT",
    files: ["dist"],
    type: "module",
    sideEffects: false,
    exports: { ".": { "@mem/source": "./src/index.ts", ...target }, ...rest },
    publishConfig: { exports: { ".": target, ...rest }, access: "public" },
    scripts: {},
    peerDependencies: { "@mem/core": "workspace:^" },
    engines: { node: ">=22.13" },
  };
}
