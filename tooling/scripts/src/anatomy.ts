import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import type { WorkspacePackage } from "./workspace.ts";

const requiredEntries = [
  "LICENSE",
  "README.md",
  "package.json",
  "src/index.ts",
  "test",
  "tsconfig.build.json",
  "tsconfig.json",
  "tsup.config.ts",
  "turbo.json",
  "vitest.config.ts",
];

/** The one order of the keys of a package.json. */
const fieldOrder = [
  "name",
  "version",
  "description",
  "keywords",
  "license",
  "files",
  "type",
  "sideEffects",
  "exports",
  "publishConfig",
  "scripts",
  "dependencies",
  "devDependencies",
  "peerDependencies",
  "peerDependenciesMeta",
  "engines",
];

const optionalFields = /ependencies(Meta)?$/;

const fixedFields = {
  license: "MIT",
  files: ["dist"],
  type: "module",
  sideEffects: false,
  engines: { node: ">=22.13" },
};

/** What a package lacks of the anatomy that all share. */
export function checkAnatomy(workspacePackage: WorkspacePackage): string[] {
  return [
    ...checkEntries(workspacePackage),
    ...checkManifest(workspacePackage),
    ...checkIndex(workspacePackage),
  ];
}

function checkEntries({ path, dir }: WorkspacePackage): string[] {
  return requiredEntries
    .filter((entry) => !existsSync(join(dir, entry)))
    .map((entry) => `${path}/${entry}: missing; every package has one (see tooling/template)`);
}

function checkManifest({ folder, path, dir, manifest }: WorkspacePackage): string[] {
  const problems: string[] = [];
  const lines = readFileSync(join(dir, "package.json"), "utf8").split("\n");
  const report = (field: string, remedy: string): void => {
    const line = lines.findIndex((text) => text.startsWith(`  "${field}":`)) + 1;
    problems.push(`${path}/package.json:${Math.max(line, 1)}: "${field}" ${remedy}`);
  };
  for (const field of fieldOrder) {
    if (!(field in manifest) && !optionalFields.test(field)) report(field, "is missing");
  }
  if (manifest.name !== `@mem/${folder}`) report("name", `must be "@mem/${folder}"`);
  for (const [field, value] of Object.entries(fixedFields)) {
    if (!isDeepStrictEqual(manifest[field], value))
      report(field, `must be ${JSON.stringify(value)}`);
  }
  const published = { exports: withoutSource(manifest.exports ?? {}), access: "public" };
  if (!isDeepStrictEqual(manifest.publishConfig, published)) {
    report("publishConfig", `must be ${JSON.stringify(published)}: exports without "@mem/source"`);
  }
  const fields = Object.keys(manifest);
  const ordered = fields.toSorted((a, b) => fieldOrder.indexOf(a) - fieldOrder.indexOf(b));
  const misplaced = fields.find((field, index) => field !== ordered[index]);
  const unknown = fields.find((field) => !fieldOrder.includes(field));
  if (unknown !== undefined) report(unknown, "is a field that no package has");
  else if (misplaced !== undefined) {
    report(misplaced, `is out of place; the order is ${ordered.join(", ")}`);
  }
  return problems;
}

function withoutSource(exports: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(exports).map(([path, target]) => {
    if (typeof target !== "object" || target === null) return [path, target] as const;
    const conditions = Object.entries(target).filter(([condition]) => condition !== "@mem/source");
    return [path, Object.fromEntries(conditions)] as const;
  });
  return Object.fromEntries(entries);
}

/** `src/index.ts` is the list of what the package offers, by name, and nothing else. */
function checkIndex({ path, dir }: WorkspacePackage): string[] {
  const file = join(dir, "src/index.ts");
  if (!existsSync(file)) return [];
  const rest = readFileSync(file, "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, blank)
    .replaceAll(/export (?:type )?\{(?![^}]*\bdefault\b)[^}]+\} from "\.[^"]+";/g, blank);
  return rest.split("\n").flatMap((text, index) => {
    if (text.trim() === "") return [];
    const place = `${path}/src/index.ts:${index + 1}`;
    return [
      `${place}: only \`export { name } from "./file.ts";\` belongs here, not: ${text.trim()}`,
    ];
  });
}

/** Nothing but the line breaks, so that what is left keeps its line. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, "");
}
