import { lstatSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { systemCode } from "@mem/append-log";
import { isAgentFile } from "./file-names.ts";
import { parseSegmentName, type SegmentName } from "./segment-names.ts";

const EXTENSION = ".jsonl";
/** A folder that changed this recently may change again within the same tick of the file system's clock. */
const SETTLED_MS = 100;
/** Maximum number of folders, each a tenant's, whose listings are kept. */
const MAX_KEPT = 16;

/** What a tenant's folder holds at one moment. */
export interface FolderListing {
  /** By stem: each agent's earlier segments, in the order of their numbers; if both forms exist, the compressed one. */
  readonly segments: ReadonlyMap<string, readonly SegmentName[]>;
  /** The stems of all agents, whether they have a current file or only earlier segments. */
  readonly stems: ReadonlySet<string>;
  /** Names that would be an agent's, but are not regular files. */
  readonly irregular: readonly string[];
}

interface Kept {
  readonly changed: bigint;
  readonly listing: FolderListing;
}

/** Lists folders; does not list a folder again that has not changed. */
export class FolderListings {
  readonly #kept = new Map<string, Kept>();

  /** The folder as it was at some moment between the call and its result. */
  async read(folder: string): Promise<FolderListing> {
    const changed = changeTime(folder);
    const kept = this.#kept.get(folder);
    this.#kept.delete(folder);
    if (changed === undefined) return EMPTY;
    const fresh = kept?.changed === changed ? kept : { changed, listing: await list(folder) };
    if (Number(changed / 1_000_000n) < Date.now() - SETTLED_MS) this.#keep(folder, fresh);
    return fresh.listing;
  }

  #keep(folder: string, kept: Kept): void {
    this.#kept.set(folder, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const EMPTY: FolderListing = { segments: new Map(), stems: new Set(), irregular: [] };

function changeTime(folder: string): bigint | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs;
}

/**
 * The earlier segments of one agent, by number, as they are now. For callers that change the folder, for whom keeping
 * a full listing is useless: of other agents' files, of which there may be thousands, only the names are read.
 */
export async function listSegments(folder: string, stem: string): Promise<SegmentName[]> {
  const names = await readdir(folder);
  const own: SegmentName[] = [];
  for (const name of names) {
    const parsed = name.startsWith(`${stem}~`) ? parseSegmentName(name) : undefined;
    if (parsed?.stem !== stem) continue;
    const stats = lstatSync(`${folder}/${name}`, { throwIfNoEntry: false });
    if (stats === undefined || stats.isFile()) own.push(parsed);
  }
  return inOrder(own);
}

async function list(folder: string): Promise<FolderListing> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const segments = new Map<string, SegmentName[]>();
  const stems = new Set<string>();
  const irregular: string[] = [];
  for (const entry of entries) {
    const { name } = entry;
    const parsed = isAgentFile(name) ? undefined : parseSegmentName(name);
    const stem = parsed?.stem ?? name.slice(0, -EXTENSION.length);
    if (!isAgentFile(stem + EXTENSION)) continue;
    if (parsed === undefined && !name.endsWith(EXTENSION)) continue;
    if (!entry.isFile()) {
      irregular.push(name);
      continue;
    }
    stems.add(stem);
    if (parsed !== undefined) segments.set(stem, [...(segments.get(stem) ?? []), parsed]);
  }
  for (const [stem, names] of segments) segments.set(stem, inOrder(names));
  return { segments, stems, irregular };
}

function inOrder(names: readonly SegmentName[]): SegmentName[] {
  const byNumber = new Map<number, SegmentName>();
  for (const name of names) {
    if (name.compressed || !byNumber.has(name.segment)) byNumber.set(name.segment, name);
  }
  return [...byNumber.values()].toSorted((a, b) => a.segment - b.segment);
}
