import { GroupCommit, type Waiting } from "@mem/append-log";
import { throwIfAborted, type Clock, type Verification } from "@mem/core";
import type { Analyzer } from "@mem/search";
import { Catalog } from "./catalog.ts";
import { decodeDocument, encodeDocument, type Document } from "./document.ts";
import { DocumentFile } from "./document-file.ts";
import { Draft } from "./draft.ts";
import type { Edit, Stamps } from "./edits.ts";
import { storageError } from "./storage-error.ts";
import { compareDocument } from "./verification.ts";

const EMPTY: Document = { entries: [], lastVersion: 0 };

/** The file and what it holds. Reads see what is on disk; changes are written in groups. */
export class Storage implements Stamps {
  readonly catalog: Catalog;
  readonly #file: DocumentFile;
  readonly #clock: Clock;
  readonly #commits: GroupCommit<Edit<unknown>, unknown>;
  #lastVersion: number;
  #lastTurn: Promise<unknown> = Promise.resolve();

  private constructor(file: DocumentFile, document: Document, analyzer: Analyzer, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#lastVersion = document.lastVersion;
    this.catalog = new Catalog(analyzer);
    this.catalog.apply(document.entries.map((after) => ({ before: undefined, after })));
    this.#commits = new GroupCommit({ commit: (batch) => this.#commit(batch) });
  }

  /** Takes hold of the file and reads it. */
  static async open(path: string, analyzer: Analyzer, clock: Clock): Promise<Storage> {
    const file = await DocumentFile.hold(path);
    try {
      const content = await file.read();
      const document = content === undefined ? EMPTY : decodeDocument(file.path, content);
      return new Storage(file, document, analyzer, clock);
    } catch (error) {
      file.release();
      throw error;
    }
  }

  /**
   * Makes an edit and resolves with its answer when it is on disk. `bytes` is roughly the memory it takes. If the
   * signal fires while the edit waits for its turn, it is not made.
   */
  async edit<T>(edit: Edit<T>, bytes: number, signal?: AbortSignal): Promise<T> {
    const inTime: Edit<T> = (draft) => {
      throwIfAborted(signal);
      return edit(draft);
    };
    try {
      return (await this.#commits.add(inTime, bytes)) as T;
    } catch (error) {
      throw storageError(error);
    }
  }

  now(): number {
    // Memory must not distinguish times that the file can't.
    return Math.trunc(this.#clock.now());
  }

  nextVersion(): string {
    this.#lastVersion += 1;
    return String(this.#lastVersion);
  }

  /**
   * Counts the entries of the file, and reports what is not as it was read or written; no change is under way
   * meanwhile.
   */
  verify(): Promise<Verification> {
    return this.#inTurn(async () => compareDocument(this.#file, this.catalog));
  }

  /** Waits for the changes under way; does not tell how they went. */
  flush(): Promise<void> {
    return this.#commits.flush();
  }

  /** Accepts no more changes, and waits for those under way. */
  finish(): Promise<void> {
    return this.#commits.close();
  }

  /** Lets others have the file. */
  release(): void {
    this.#file.release();
  }

  /** Only one task at a time reads or writes the file. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(work);
    this.#lastTurn = turn.catch(() => {});
    return turn;
  }

  async #commit(batch: readonly Waiting<Edit<unknown>, unknown>[]): Promise<void> {
    const draft = new Draft(this.catalog);
    const answers: (() => void)[] = [];
    const refusals: (() => void)[] = [];
    for (const waiting of batch) {
      const part = new Draft(draft);
      try {
        const result = waiting.item(part);
        part.mergeInto(draft);
        answers.push(() => waiting.resolve(result));
      } catch (error) {
        refusals.push(() => waiting.reject(error));
      }
    }
    try {
      if (!draft.isEmpty) {
        await this.#inTurn(async () => {
          await this.#file.replace(encodeDocument(draft, this.#lastVersion));
          this.catalog.apply(draft.changes());
        });
      }
    } finally {
      // Only now: a caller that waits for the last edit of a batch assumes that the whole batch is done.
      for (const refuse of refusals) refuse();
    }
    for (const answer of answers) answer();
  }
}
