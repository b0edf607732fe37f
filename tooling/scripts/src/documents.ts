import { globSync } from "node:fs";

import { root } from "./workspace.ts";

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  /** The line its first line of code stands on; the first line of the file is 1. */
  line: number;
  language: string;
  code: string;
}

/** The files that users read. */
export function listDocuments(): string[] {
  return globSync(["README.md", "CONTRIBUTING.md", "docs/**/*.md", "packages/*/README.md"], {
    cwd: root,
  }).toSorted();
}

export function readCodeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const match of markdown.matchAll(/^( *)```(\w+).*\n([\s\S]*?)^ *```$/gm)) {
    const [, indent = "", language = "", indented = ""] = match;
    const line = markdown.slice(0, match.index).split("\n").length + 1;
    const code = indented.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    blocks.push({ line, language, code });
  }
  return blocks;
}
