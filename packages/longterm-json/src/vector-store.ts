import {
  isMemoryError,
  MemoryError,
  type Clock,
  type Embedder,
  type EmbedderFingerprint,
  type PortableEntry,
  type ReembedProgress,
  type VerificationProblem,
} from "@mem/core";
import type { Catalog } from "./catalog.ts";
import { CheckedEmbedder, untilAborted } from "./checked-embedder.ts";
import { removeTemporaryFiles } from "./document-file.ts";
import type { ScopeEntries } from "./scope-entries.ts";
import { TextVectors } from "./text-vectors.ts";
import { readVectors, writeVectors, type SavedVectors } from "./vector-file.ts";
import { VectorFiller } from "./vector-filler.ts";

/** How long new vectors may wait for others before the file is written, since it is always written as a whole. */
const SAVE_DELAY_MS = 1_000;

export interface BeginOptions {
  /** Another file that may have some of the embedder's vectors. */
  readonly also: string;
  readonly onProgress?: ((progress: ReembedProgress) => void) | undefined;
}

/**
 * The vectors of a catalog's texts, in a file beside that of the entries. They can be made again, so no change of an
 * entry waits until they are saved, and the file may lag behind.
 */
export class VectorStore {
  readonly embedder: CheckedEmbedder;
  readonly #clock: Clock;
  readonly #catalog: Catalog;
  readonly #vectors: TextVectors;
  readonly #filler: VectorFiller;
  #path: string;
  #unwatch: (() => void) | undefined;
  #isRetired = false;
  #cancelSave: (() => void) | undefined;
  #lastTurn: Promise<unknown> = Promise.resolve();
  #saveTrouble: MemoryError | undefined;
  #queryTrouble: MemoryError | undefined;

  private constructor(
    path: string,
    embedder: Embedder,
    clock: Clock,
    catalog: Catalog,
    onProgress?: (progress: ReembedProgress) => void,
  ) {
    this.embedder = new CheckedEmbedder(embedder, clock);
    this.#path = path;
    this.#clock = clock;
    this.#catalog = catalog;
    this.#vectors = new TextVectors(() => this.#saveSoon());
    this.#filler = new VectorFiller(this.#vectors, this.embedder, clock, () =>
      onProgress?.(this.#vectors.progress),
    );
  }

  /** Rejects with `MEM_EMBEDDING` or `MEM_DIMENSION` if the vectors on disk are another embedder's. */
  static async open(
    path: string,
    embedder: Embedder,
    clock: Clock,
    catalog: Catalog,
  ): Promise<VectorStore> {
    const store = new VectorStore(path, embedder, clock, catalog);
    await removeTemporaryFiles(path);
    const saved = await readVectors(path);
    if (saved !== undefined) refuseForeign(saved, embedder, path);
    store.#follow(saved === undefined ? [] : [saved]);
    return store;
  }

  /** For vectors that are to replace others: those of another embedder in this file are dropped. */
  static async begin(
    path: string,
    embedder: Embedder,
    clock: Clock,
    catalog: Catalog,
    { also, onProgress }: BeginOptions,
  ): Promise<VectorStore> {
    const store = new VectorStore(path, embedder, clock, catalog, onProgress);
    await removeTemporaryFiles(path);
    const saved = [await readVectors(also), await readVectors(path)];
    const own = saved.filter((each) => each !== undefined).filter((each) => store.isOf(each));
    store.#follow(own);
    onProgress?.(store.#vectors.progress);
    return store;
  }

  get fingerprint(): EmbedderFingerprint {
    const { model, dimensions } = this.embedder;
    return { model, dimensions };
  }

  /** Whether an embedder makes the same vectors as this store's. */
  isOf(other: EmbedderFingerprint | undefined): boolean {
    const { model, dimensions } = this.embedder;
    return other?.model === model && other.dimensions === dimensions;
  }

  /** What users should know: vectors that could not be made or saved, until they are. */
  get troubles(): string[] {
    const troubles: string[] = [];
    const { trouble } = this.#filler;
    if (trouble !== undefined) {
      const pending = this.pendingIn(this.#catalog.everywhere());
      troubles.push(`${pending} vectors are pending: ${trouble.message}`);
    }
    if (this.#queryTrouble !== undefined) {
      troubles.push(`searches are by keyword only: ${this.#queryTrouble.message}`);
    }
    if (this.#saveTrouble !== undefined) {
      troubles.push(`vectors can't be saved: ${this.#saveTrouble.message}`);
    }
    return troubles;
  }

  /** One vector for each passage of the text; `undefined` until all of them are there. */
  of(text: string): readonly Float32Array[] | undefined {
    return this.#vectors.of(text);
  }

  /** How many entries of these scopes have no vector yet. */
  pendingIn(scopes: readonly ScopeEntries[]): number {
    if (this.#vectors.missing.size === 0) return 0;
    return scopes
      .flatMap((scope) => scope.all())
      .filter(({ entry }) => this.#vectors.isPending(entry.text)).length;
  }

  /** How many entries have their vectors. */
  get embedded(): number {
    const texts = this.#catalog.texts();
    return texts.filter((text) => this.#vectors.of(text) !== undefined).length;
  }

  async ofQuery(text: string, signal: AbortSignal | undefined): Promise<Float32Array> {
    try {
      const [vector] = await this.embedder.embed([text], "query", signal);
      this.#queryTrouble = undefined;
      return vector as Float32Array;
    } catch (error) {
      if (!isMemoryError(error, "MEM_ABORTED")) this.#queryTrouble = error as MemoryError;
      throw error;
    }
  }

  /** While `work` stores these entries, takes the vectors that they bring instead of having them made. */
  bring<T>(entries: readonly PortableEntry[], work: () => Promise<T>): Promise<T> {
    const brought = entries.flatMap(({ entry, vector }) =>
      vector === undefined ? [] : [[entry.text, vector] as const],
    );
    return this.#vectors.whileOffered(new Map(brought), work);
  }

  /** Saves the present vectors, so that nothing of texts that are gone is left on disk. */
  async settle(): Promise<void> {
    await this.#save();
  }

  /** Reports what of the file is not as it was read or written. */
  async verify(): Promise<VerificationProblem[]> {
    await this.#save();
    const saved = await readVectors(this.#path);
    const changed = this.#vectors.differingFrom(saved?.vectors ?? new Map());
    return changed === 0 ? [] : [changedVectors(this.#path, changed)];
  }

  /** Resolves when every text has its vector and all are on disk. */
  async flush(signal: AbortSignal | undefined): Promise<void> {
    await untilAborted(signal, () => this.#filler.fill());
    await this.#save();
  }

  async close(): Promise<void> {
    this.#unwatch?.();
    await this.#filler.close();
    this.#cancelSave?.();
    await this.#save();
  }

  /** While `work` is under way, nothing is saved. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  /** Replaces another file with all vectors, and uses that file from now on. */
  moveTo(path: string): Promise<void> {
    return this.inTurn(async () => {
      await writeVectors(path, { ...this.fingerprint, vectors: this.#vectors.take() });
      this.#path = path;
    });
  }

  /** Call it when others have replaced these vectors: gives up what is under way, and saves no more. */
  retire(): void {
    this.#isRetired = true;
    this.#unwatch?.();
    this.#cancelSave?.();
    // What fails because it was given up does not matter.
    this.#filler.close().catch(() => {});
  }

  #follow(saved: readonly SavedVectors[]): void {
    this.#unwatch = this.#catalog.watch((change) => {
      this.#vectors.follow(change);
      this.#filler.wake();
    });
    for (const each of saved) this.#vectors.load(each);
  }

  #saveSoon(): void {
    this.#cancelSave ??= this.#clock.schedule(SAVE_DELAY_MS, () => {
      this.#cancelSave = undefined;
      // The failure is kept as `#saveTrouble`.
      this.#save().catch(() => {});
    });
  }

  #save(): Promise<void> {
    return this.inTurn(() => this.#saveNow());
  }

  async #saveNow(): Promise<void> {
    if (!this.#vectors.unsaved || this.#isRetired) return;
    try {
      await writeVectors(this.#path, { ...this.fingerprint, vectors: this.#vectors.take() });
      this.#saveTrouble = undefined;
    } catch (error) {
      this.#saveTrouble = error as MemoryError;
      this.#vectors.markUnsaved();
      throw error;
    }
  }
}

function changedVectors(path: string, count: number): VerificationProblem {
  return {
    message: `${count} vectors in ${path} were changed or lost by something else than this store. Close the store, delete the file and open the store again to have all vectors made anew`,
  };
}

/** Vectors of two models can't be compared, but nothing in the numbers shows it. */
function refuseForeign(saved: SavedVectors, { model, dimensions }: Embedder, path: string): void {
  if (saved.vectors.size === 0) return;
  if (saved.model === model && saved.dimensions === dimensions) return;
  throw new MemoryError(
    saved.dimensions === dimensions ? "MEM_EMBEDDING" : "MEM_DIMENSION",
    `${path} holds vectors of ${saved.model} (${saved.dimensions} numbers each), and the embedder is ${model} (${dimensions}). Open the store with the former, or open it without an embedder and have all vectors made anew by reembed(embedder)`,
    { retryable: false },
  );
}
