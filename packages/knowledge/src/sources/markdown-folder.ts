import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { markdownBlocks } from "@mem/search";
import { withoutFrontMatter } from "./front-matter.ts";
import type { SourceDocument } from "./source-document.ts";
import { unreadable, withoutByteOrderMark } from "./source-file.ts";

/**
 * Reads every Markdown file (`.md`, `.markdown`) below a folder, in the order of their paths.
 *
 * A document's `id` and `path` are its path below the folder, with `/` on every platform; its title is the first
 * heading, or the id if there is none. YAML front matter is not part of the text. Hidden files and folders,
 * `node_modules` and links to folders are skipped.
 *
 * Rejects with `MEM_NOT_FOUND` if the folder does not exist, and with `MEM_INVALID_ARGUMENT` if it is not a folder.
 */
export async function* readMarkdownFolder(folder: string): AsyncGenerator<SourceDocument> {
  for (const file of await findFiles(folder)) {
    const id = file.split(sep).join("/");
    const text = withoutFrontMatter(await readText(join(folder, file)));
    yield { id, text, title: titleOf(text) ?? id, path: id };
  }
}

async function findFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const entry of await readFolder(at)) {
      const path = join(at, entry.name);
      if (isPassedOver(entry.name)) continue;
      if (entry.isDirectory()) folders.push(path);
      else if (isMarkdown(entry.name) && (await isFile(entry, path))) files.push(path);
    }
  }
  return files.map((path) => relative(folder, path)).toSorted();
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** A link to a file counts as that file; one to a folder is not followed, so that none leads round in a circle. */
async function isFile(entry: Dirent, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isFile();
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return withoutByteOrderMark(await readFile(path, "utf8"));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function isMarkdown(name: string): boolean {
  return /\.(md|markdown)$/i.test(name);
}

function isPassedOver(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

function titleOf(text: string): string | undefined {
  for (const { heading } of markdownBlocks(text)) {
    if (heading !== undefined) return heading.text;
  }
  return undefined;
}
