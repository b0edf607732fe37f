import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { answerHelp, reportProblems } from "./command-line.ts";
import { type CodeBlock, listDocuments, readCodeBlocks } from "./documents.ts";
import { listPackages, readManifest, root } from "./workspace.ts";

answerHelp(`
npm run check:docs   checks that every TypeScript block in README.md, CONTRIBUTING.md, docs/ and
                     the packages' READMEs compiles as it stands, that the quick start runs, and
                     that the commands in bash blocks exist
`);

interface DocumentBlock extends CodeBlock {
  file: string;
}

const blocks: DocumentBlock[] = listDocuments().flatMap((file) =>
  readCodeBlocks(readFileSync(join(root, file), "utf8")).map((block) => ({ ...block, file })),
);
const programs = blocks.filter(({ language }) => language === "ts");
const commands = blocks.filter(({ language }) => language === "bash" || language === "sh");

mkdirSync(join(root, ".cache"), { recursive: true });
// Inside the repository, so that its tools are found; a folder of its own for each run.
const folder = mkdtempSync(join(root, ".cache/docs-"));
try {
  writeModules();
  linkPackages();
  const problems = [...compile(), ...commands.flatMap(checkCommands)];
  if (problems.length === 0) problems.push(...runQuickStart());
  reportProblems("check:docs", problems);
  if (problems.length === 0) {
    console.log(`${programs.length} programs compile, the quick start runs`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function moduleName({ file, line }: DocumentBlock): string {
  return `${file.replaceAll("/", "~")}~${line}.ts`;
}

/** Every block on its own line of a module, so that an error's place is one in the document. */
function writeModules(): void {
  for (const block of programs) {
    const code = `${"\n".repeat(block.line - 1)}${block.code}\nexport {};\n`;
    writeFileSync(join(folder, moduleName(block)), code);
  }
  const compilerOptions = {
    noUnusedLocals: false,
    declaration: false,
    isolatedDeclarations: false,
  };
  const tsconfig = { extends: join(root, "tooling/config/tsconfig.json"), compilerOptions };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...tsconfig, include: ["*.ts"] }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
}

/** A reader may import every package here and whatever one of them is used together with. */
function linkPackages(): void {
  const modules = join(folder, "node_modules");
  const link = (name: string, target: string): void => {
    const path = join(modules, name);
    if (existsSync(path) || !existsSync(target)) return;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  for (const { dir, manifest } of listPackages()) {
    link(manifest.name, dir);
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) {
      if (!name.startsWith("@mem/")) link(name, join(dir, "node_modules", name));
    }
  }
}

function compile(): string[] {
  const { stdout, error } = spawnSync("tsc", ["--project", folder, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  });
  if (error !== undefined) throw error;
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) =>
      line.replace(/^([^()]+\.md)~\d+\.ts\((\d+),\d+\)/, (_, file: string, at: string) => {
        return `${file.replaceAll("~", "/")}:${at}`;
      }),
    );
}

function checkCommands({ file, line, code }: DocumentBlock): string[] {
  const scripts = readManifest(root).scripts ?? {};
  const packages = new Set(listPackages().map(({ manifest }) => manifest.name));
  return code.split("\n").flatMap((text, index) => {
    const place = `${file}:${line + index}`;
    const problems: string[] = [];
    const [, script] = /\bnpm run ([\w:-]+)/.exec(text) ?? [];
    if (script !== undefined && !(script in scripts)) problems.push(`no script "${script}"`);
    const [, example] = /\bnpm start -- (\w[\w-]*)/.exec(text) ?? [];
    if (example !== undefined && !existsSync(join(root, `apps/examples/src/${example}.ts`))) {
      problems.push(`no example "${example}" in apps/examples/src`);
    }
    for (const [name] of text.matchAll(/@mem\/[\w-]+/g)) {
      if (!packages.has(name)) problems.push(`no package "${name}"`);
    }
    return problems.map((problem) => `${place}: ${problem}`);
  });
}

/** The first program of the README, which a newcomer copies. */
function runQuickStart(): string[] {
  const block = programs.find(({ file }) => file === "README.md");
  if (block === undefined) return ["README.md:1: no quick start in TypeScript"];
  const cwd = join(folder, "run");
  mkdirSync(cwd);
  const program = join(folder, moduleName(block));
  const { status, stderr } = spawnSync(process.execPath, ["--conditions=@mem/source", program], {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
  });
  return status === 0 ? [] : [`README.md:${block.line}: does not run\n${stderr}`];
}
