import {
  isMemoryError,
  MemoryError,
  type Clock,
  type Embedder,
  type EmbedderFingerprint,
  type PortableEntry,
  type VerificationProblem,
} from "@mem/core";
import type { Catalog } from "./catalog.ts";
import { CheckedEmbedder, untilAborted } from "./checked-embedder.ts";
import { removeTemporaryFiles } from "./document-file.ts";
import type { ScopeEntries } from "./scope-entries.ts";
import { TextVectors } from "./text-vectors.ts";
import { readVectors, vectorPath, writeVectors, type SavedVectors } from "./vector-file.ts";
import { VectorFiller } from "./vector-filler.ts";

/** How long new vectors may wait for others before the file is written: it is written as a whole. */
const SAVE_DELAY_MS = 1_000;

/**
 * The vectors of a catalog's texts, in a file beside that of the entries. They can be made anew, so nothing is
 * acknowledged when they are saved, and the file may lag behind.
 */
export class VectorStore {
  readonly embedder: CheckedEmbedder;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #vectors: TextVectors;
  readonly #filler: VectorFiller;
  #cancelSave: (() => void) | undefined;
  #saving: Promise<void> = Promise.resolve();
  #saveTrouble: MemoryError | undefined;
  #queryTrouble: MemoryError | undefined;

  private constructor(path: string, embedder: Embedder, clock: Clock) {
    this.embedder = new CheckedEmbedder(embedder, clock);
    this.#path = path;
    this.#clock = clock;
    this.#vectors = new TextVectors(() => this.#saveSoon());
    this.#filler = new VectorFiller(this.#vectors, this.embedder, clock);
  }

  /** Rejects with `MEM_EMBEDDING` or `MEM_DIMENSION` where the vectors on disk are another embedder's. */
  static async open(
    path: string,
    embedder: Embedder,
    clock: Clock,
    catalog: Catalog,
  ): Promise<VectorStore> {
    const store = new VectorStore(vectorPath(path), embedder, clock);
    await removeTemporaryFiles(store.#path);
    const saved = await readVectors(store.#path);
    if (saved !== undefined) refuseForeign(saved, embedder, store.#path);
    catalog.watch((change) => {
      store.#vectors.follow(change);
      store.#filler.wake();
    });
    if (saved !== undefined) store.#vectors.load(saved);
    return store;
  }

  get fingerprint(): EmbedderFingerprint {
    const { model, dimensions } = this.embedder;
    return { model, dimensions };
  }

  /** Whether these are the vectors that it would make. */
  isOf(other: EmbedderFingerprint | undefined): boolean {
    const { model, dimensions } = this.embedder;
    return other?.model === model && other.dimensions === dimensions;
  }

  /** What a person should know: vectors that could not be made or saved, until they are. */
  get troubles(): string[] {
    return [this.#filler.trouble, this.#queryTrouble, this.#saveTrouble].flatMap(
      (trouble) => trouble?.message ?? [],
    );
  }

  of(text: string): Float32Array | undefined {
    return this.#vectors.of(text);
  }

  /** How many entries of these scopes have no vector yet. */
  pendingIn(scopes: readonly ScopeEntries[]): number {
    const { missing } = this.#vectors;
    if (missing.size === 0) return 0;
    return scopes.flatMap((scope) => scope.all()).filter(({ entry }) => missing.has(entry.text))
      .length;
  }

  /** Texts without a vector, of all tenants. */
  get pendingTexts(): number {
    return this.#vectors.missing.size;
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

  /** Puts on disk what there is, so that nothing is left there of texts that are gone. */
  async settle(): Promise<void> {
    await this.#save();
  }

  /** What of the file is not as it was read or written. */
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
    await this.#filler.close();
    this.#cancelSave?.();
    await this.#save();
  }

  #saveSoon(): void {
    this.#cancelSave ??= this.#clock.schedule(SAVE_DELAY_MS, () => {
      this.#cancelSave = undefined;
      // How it fails is kept as the trouble.
      this.#save().catch(() => {});
    });
  }

  /** One at a time. */
  #save(): Promise<void> {
    this.#saving = this.#saving.catch(() => {}).then(() => this.#saveNow());
    return this.#saving;
  }

  async #saveNow(): Promise<void> {
    if (!this.#vectors.unsaved) return;
    const { model, dimensions } = this.embedder;
    try {
      await writeVectors(this.#path, { model, dimensions, vectors: this.#vectors.take() });
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

/** Vectors of two models can't be compared, though nothing in the numbers tells. */
function refuseForeign(saved: SavedVectors, { model, dimensions }: Embedder, path: string): void {
  if (saved.vectors.size === 0) return;
  if (saved.model === model && saved.dimensions === dimensions) return;
  throw new MemoryError(
    saved.dimensions === dimensions ? "MEM_EMBEDDING" : "MEM_DIMENSION",
    `${path} holds vectors of ${saved.model} (${saved.dimensions} numbers each), and the embedder is ${model} (${dimensions}). Open the store with the former, or delete the file to have all vectors made anew`,
    { retryable: false },
  );
}
