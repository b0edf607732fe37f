import type { Clock, Embedder } from "@mem/core";
import type { LanguageName } from "@mem/search";

export interface HistoryOptions {
  /** For how long what entries were is kept, in days. Default 30; who opens the store last decides for all. */
  readonly retentionDays?: number;
}

export interface LanceDbStoreOptions {
  /**
   * The store's folder on a local disk, made where it is missing, with its lock beside it as `<uri>.lock`; or a path in
   * an object store: `s3://bucket/path`, `gs://bucket/path`, `az://container/path`. Network file systems and other
   * addresses are refused with `MEM_UNSUPPORTED`.
   */
  readonly uri: string;
  /**
   * For object stores: LanceDB's storage options, such as credentials, region and endpoint. Without them LanceDB takes what
   * the environment says, as the provider's own tools do.
   */
  readonly storageOptions?: Readonly<Record<string, string>>;
  /** Makes it search by vector, too. The store remembers it and refuses another one's vectors. */
  readonly embedder?: Embedder;
  /** The language of the texts, for stems and stop words. Default `"english"`; another one later analyses all anew. */
  readonly language?: LanguageName;
  /**
   * Bound, in bytes of memory, of what is saved and not yet written to LanceDB's table: at it saves wait, and reject with
   * `MEM_CAPACITY` after ten seconds. Default 64 MiB. Object stores have no use for it.
   */
  readonly maxUnflushedBytes?: number;
  /** Bound of the cache of entries, in bytes of memory. Default 16 MiB. */
  readonly cacheBytes?: number;
  /**
   * Keeps what entries were, for `history` and for `get` with `asOf`. Default: off. Once a store was opened with it, every
   * process that writes the store goes on with its history, with this option or without. Object stores refuse it with
   * `MEM_UNSUPPORTED`.
   */
  readonly history?: HistoryOptions;
  /** Default: the machine's. */
  readonly clock?: Clock;
}
