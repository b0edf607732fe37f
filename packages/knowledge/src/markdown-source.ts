import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import { marked, type Tokens } from "marked";
import type { SourceDocument } from "./source-document.ts";

/**
 * Reads every Markdown file (`.md`, `.markdown`) below a folder, in the order of their paths.
 *
 * A document's id is its path below the folder, with `/` on every platform; its title is the first heading, else the
 * file's name. `metadata.path` is the id, too. Hidden folders and `node_modules` are passed over.
 */
export async function* readMarkdownFolder(folder: string): AsyncGenerator<SourceDocument> {
  const names = await readdir(folder, { recursive: true });
  const files = names.filter((name) => isMarkdown(name) && !isPassedOver(name)).toSorted();
  for (const file of files) {
    const id = file.split(sep).join("/");
    const text = withoutFrontMatter(await readFile(join(folder, file), "utf8"));
    yield { id, text, title: titleOf(text) ?? id, metadata: { path: id } };
  }
}

function isMarkdown(name: string): boolean {
  return /\.(md|markdown)$/i.test(name);
}

function isPassedOver(name: string): boolean {
  return name.split(sep).some((part) => part.startsWith(".") || part === "node_modules");
}

function withoutFrontMatter(text: string): string {
  return text.replace(/^---\r?\n[\s\S]*?\r?\n---\r?\n/, "");
}

function titleOf(text: string): string | undefined {
  const heading = marked
    .lexer(text)
    .find((token): token is Tokens.Heading => token.type === "heading");
  return heading?.text.trim();
}
