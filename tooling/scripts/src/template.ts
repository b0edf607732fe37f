import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { root } from "./workspace.ts";

/** The kinds of packages that the template makes, each with the first sentence of its README. */
const kinds: Readonly<Record<string, string>> = {
  backend: "Short-term agent memory on Mystore.",
  longterm: "Long-term agent memory with search on Mystore.",
  records: "The audit trail of agents on Mystore.",
};

/** Whether a package of this name can be made; says what is accepted where it can't. */
export function checkName(name: string | undefined): string | undefined {
  const [, kind = ""] = /^([a-z]+)-[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.exec(name ?? "") ?? [];
  if (kind in kinds) return undefined;
  const accepted = Object.keys(kinds).map((each) => `${each}-mystore`);
  return `"${name ?? ""}" is not a package name that this template knows; use, for example, ${accepted.join(", ")}`;
}

/** Writes a package of the kind its name begins with: the skeleton, its contract test and its README. */
export function instantiateTemplate(name: string, target: string): void {
  const kind = name.slice(0, name.indexOf("-"));
  const store = name.slice(kind.length + 1);
  const className = store.replaceAll(/(?:^|-)(.)/g, (_, first: string) => first.toUpperCase());
  const fill = (text: string): string =>
    text
      .replaceAll("kind-description", kinds[kind] ?? "")
      .replaceAll("kind-mystore", name)
      .replaceAll("mystore", store)
      .replaceAll("Mystore", className);
  for (const part of ["package", kind]) {
    const source = join(root, "tooling/template", part);
    for (const entry of globSync("**", { cwd: source, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const path = join(target, fill(file.slice(source.length)));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, fill(readFileSync(file, "utf8")));
    }
  }
  copyFileSync(join(root, "LICENSE"), join(target, "LICENSE"));
}
