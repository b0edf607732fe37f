import { randomUUID } from "node:crypto";
import { isMemoryError, where, type LongTermEntry } from "@mem/core";
import { requireOwn, type Change } from "./announcing.ts";
import { fingerprintOf, makeEdition, storeEditions, type MadeEdition } from "./making.ts";
import { collectionIn, readManifest, visibleEdition, type Manifest } from "../shelf/manifest.ts";
import { publish, publishedDespite } from "./publishing.ts";
import { deleteIngests, settle } from "./settling.ts";
import { shelvedIn } from "../shelf/shelf.ts";
import type { SourceDocument } from "../sources/source-document.ts";
import { listAll } from "../shelf/store-pages.ts";
import { enter, requireEntered, strikeOut, type Work } from "./under-way.ts";

export interface DraftOptions extends Omit<Work, "ingest"> {
  readonly maxPassageLength: number;
  /** What was published when the draft began; if that has changed, the draft is refused. */
  readonly since: string | undefined;
  /** Compares, and stores nothing. */
  readonly dryRun: boolean;
}

/** How many documents were added, changed and unchanged. */
export interface Compared {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Passages of all of them. */
  readonly passages: number;
}

/** What one ingest does to a collection: nothing of it is visible before `publish`, and then everything. */
export class Draft {
  readonly #options: DraftOptions;
  readonly #work: Work;
  readonly #changes: Change[] = [];
  #isEntered = false;
  #isPublished = false;

  constructor(options: DraftOptions) {
    this.#options = options;
    this.#work = { ...options, ingest: randomUUID() };
  }

  get isEmpty(): boolean {
    return this.#changes.length === 0;
  }

  /** Stores those that are new or changed. `first` is the place of the first of them in the source. */
  async put(documents: readonly SourceDocument[], first: number): Promise<Compared> {
    const making = { ...this.#work, ...this.#options };
    const { entries, manifest } = await this.#read(documents.map(({ id }) => id));
    const made: MadeEdition[] = [];
    let [added, changed, passages] = [0, 0, 0];
    for (const [i, document] of documents.entries()) {
      const named = { path: `documents[${first + i}].id`, place: document.place };
      const entry = entries[i];
      requireOwn(entry, this.#work.collection, named);
      const visible = entry && visibleEdition(manifest, shelvedIn(entry));
      const fingerprint = fingerprintOf(document, making);
      if (visible?.fingerprint === fingerprint) {
        passages += visible.passages;
        continue;
      }
      const one = makeEdition(document, fingerprint, making);
      made.push(one);
      passages += one.edition.passages;
      const adds = visible === undefined ? 1 : 0;
      added += adds;
      changed += 1 - adds;
      this.#changes.push({ id: document.id, ...named, entry, edition: one.edition, adds });
    }
    if (made.length > 0 && !this.#options.dryRun) await this.#store(made);
    return { added, changed, unchanged: documents.length - made.length, passages };
  }

  /** Removes all other documents of the collection; returns how many. */
  async removeAllBut(ids: ReadonlySet<string>): Promise<number> {
    const { store, shelf, collection } = this.#work;
    const manifest = await readManifest(store, shelf);
    const filter = where.eq("collection", collection);
    let removed = 0;
    for await (const page of listAll(store, shelf.documents, { filter })) {
      for (const entry of page) {
        if (!ids.has(entry.key)) removed += this.#remove(entry, manifest, entry.key);
      }
    }
    return removed;
  }

  /** Removes these documents; returns how many there were. */
  async remove(ids: readonly string[]): Promise<number> {
    const { entries, manifest } = await this.#read(ids);
    return entries.reduce((sum, entry, i) => sum + this.#remove(entry, manifest, `ids[${i}]`), 0);
  }

  /** Makes everything visible at once, then deletes what it replaces. */
  async publish(): Promise<void> {
    if (this.isEmpty || this.#options.dryRun) return;
    const { store, shelf, collection, ingest } = this.#work;
    if (!this.#isEntered) await this.#enter();
    const documents = await publish(this.#work, this.#changes);
    this.#isPublished = true;
    await settle(store, shelf, collection, { ingest, documents });
  }

  /** Deletes what was stored, unless it is published; an error after that says that it is. */
  async discard(reason: unknown): Promise<unknown> {
    if (this.#isPublished) return publishedDespite(reason);
    if (!this.#isEntered) return reason;
    const { store, shelf, collection, ingest } = this.#work;
    await strikeOut(this.#work);
    // Also what came late, after whoever struck it out had deleted it. What may be published only the manifest knows.
    const isSure = isMemoryError(reason) && reason.outcome === "not-applied";
    if (isSure) await deleteIngests(store, shelf, [ingest]);
    await settle(store, shelf, collection);
    return reason;
  }

  async #read(
    ids: readonly string[],
  ): Promise<{ entries: (LongTermEntry | undefined)[]; manifest: Manifest }> {
    const { store, shelf } = this.#work;
    const entries = await store.get(shelf.documents, ids);
    return { entries, manifest: await readManifest(store, shelf) };
  }

  #remove(entry: LongTermEntry | undefined, manifest: Manifest, path: string): 0 | 1 {
    if (entry === undefined || visibleEdition(manifest, shelvedIn(entry)) === undefined) return 0;
    requireOwn(entry, this.#work.collection, { path });
    this.#changes.push({ id: entry.key, path, entry, edition: null, adds: -1 });
    return 1;
  }

  async #store(made: readonly MadeEdition[]): Promise<void> {
    const { store, shelf, collection, ingest } = this.#work;
    if (!this.#isEntered) await this.#enter();
    requireEntered(collectionIn(await readManifest(store, shelf), collection), ingest);
    await storeEditions(store, shelf, made);
  }

  async #enter(): Promise<void> {
    this.#isEntered = true;
    await enter(this.#work, this.#options.since);
  }
}
