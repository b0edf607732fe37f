import { globSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";

import type { WorkspacePackage } from "./workspace.ts";

/** What the sources of each package may import of the other packages here. */
const layers: readonly (readonly [packages: RegExp, mayImport: readonly RegExp[]])[] = [
  [/^(core|append-log|search)$/, []],
  [/^(backend-.+|agent|embedder-(?!cache$).+|contract)$/, [/^core$/]],
  [/^(session|knowledge)$/, [/^(core|search)$/]],
  [/^longterm-.+$/, [/^(core|append-log|search)$/]],
  [/^(records-.+|bundle|embedder-cache)$/, [/^(core|append-log)$/]],
  [/^config$/, [/^(core|knowledge|(backend|longterm|records|embedder)-.+)$/]],
];

/** The only one that knows several backends, and loads each when it is asked for. */
const dynamicImporter = "config";

interface Import {
  specifier: string;
  line: number;
  kind: "value" | "type" | "dynamic";
}

/** Every import of the package's sources that its layer or its package.json does not allow. */
export function checkLayers(workspacePackage: WorkspacePackage): string[] {
  const { path, dir, manifest } = workspacePackage;
  const problems: string[] = [];
  if (manifest.dependencies?.["@mem/core"] !== undefined) {
    problems.push(
      `${path}/package.json:1: @mem/core belongs in peerDependencies, so that a dependency tree has only one core`,
    );
  }
  for (const file of globSync("src/**/*.ts", { cwd: dir }).toSorted()) {
    for (const found of findImports(readFileSync(join(dir, file), "utf8"))) {
      const remedy = objection(workspacePackage, file, found);
      if (remedy !== undefined) problems.push(`${path}/${file}:${found.line}: ${remedy}`);
    }
  }
  return problems;
}

function objection(
  { folder, manifest }: WorkspacePackage,
  file: string,
  { specifier, kind }: Import,
): string | undefined {
  if (specifier.startsWith(".")) {
    const target = relative("src", join(dirname(file), specifier));
    return target.startsWith("..") ? `"${specifier}" leaves src` : undefined;
  }
  if (isBuiltin(specifier)) {
    return specifier.startsWith("node:") ? undefined : `write "node:${specifier}"`;
  }
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  if (!(name in { ...manifest.dependencies, ...manifest.peerDependencies })) {
    return `"${name}" is in neither dependencies nor peerDependencies of package.json`;
  }
  if (!name.startsWith("@mem/")) return undefined;
  if (specifier !== name) return `import what "${name}" exports, not a file inside it`;
  const [, allowed] = layers.find(([packages]) => packages.test(folder)) ?? [];
  if (allowed === undefined) return `"${folder}" has no layer; add it to the table in layers.ts`;
  const target = name.slice("@mem/".length);
  if (!allowed.some((packages) => packages.test(target))) {
    return `"${folder}" may not import "${target}"; take what is needed as a parameter instead`;
  }
  if (folder !== dynamicImporter) {
    return kind === "dynamic" ? `only ${dynamicImporter} loads packages with import()` : undefined;
  }
  if (kind !== "value" || target === "core") return undefined;
  return `load "${name}" with import(), so that it may be missing`;
}

/** Imports as the formatter leaves them: static ones start a line. */
function findImports(source: string): Import[] {
  const lineAt = (index: number): number => source.slice(0, index).split("\n").length;
  const imports: Import[] = [];
  const statics = /^(?:import|export)\s+(type\s)?(?:[^"'=();]*?\sfrom\s+)?"([^"]+)"/gm;
  for (const { 1: type, 2: specifier = "", index } of source.matchAll(statics)) {
    imports.push({ specifier, line: lineAt(index), kind: type === undefined ? "value" : "type" });
  }
  for (const { 1: before = "", 2: specifier = "", index } of source.matchAll(
    /^(.*)\bimport\(\s*"([^"]+)"/gm,
  )) {
    const isComment = /^\s*(\*|\/\/)/.test(before);
    if (!isComment) imports.push({ specifier, line: lineAt(index), kind: "dynamic" });
  }
  return imports;
}
