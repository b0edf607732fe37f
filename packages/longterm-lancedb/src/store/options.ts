import type { Clock, Embedder } from "@mem/core";
import type { LanguageName } from "@mem/search";

export interface HistoryOptions {
  /** How long past states of entries are kept, in days; the process that opens the store last decides. Default 30. */
  readonly retentionDays?: number;
}

export interface LanceDbStoreOptions {
  /**
   * The store's folder on a local disk, or a path in an object store: `s3://bucket/path`, `gs://bucket/path`,
   * `az://container/path`. The folder is created if it is missing, with its lock beside it as `<uri>.lock`. Network
   * file systems and other addresses are refused with `MEM_UNSUPPORTED`.
   */
  readonly uri: string;
  /**
   * For object stores: LanceDB's storage options, such as credentials, region and endpoint. Without them, LanceDB reads
   * the environment, as the provider's own tools do.
   */
  readonly storageOptions?: Readonly<Record<string, string>>;
  /** Adds search by vector. The store remembers its embedder and refuses vectors of another one. */
  readonly embedder?: Embedder;
  /** Language of the texts, for stems and stop words. Changing it re-analyzes all texts. Default `"english"`. */
  readonly language?: LanguageName;
  /**
   * Maximum size, in bytes of memory, of what is saved but not yet written to LanceDB's table. At the bound, saves
   * wait, and reject with `MEM_CAPACITY` after ten seconds. Default 64 MiB. Has no meaning for object stores.
   */
  readonly maxUnflushedBytes?: number;
  /** Maximum size of the entry cache, in bytes of memory. Default 16 MiB. */
  readonly cacheBytes?: number;
  /**
   * Keeps past states of entries, for `history` and for `get` with `asOf`. Default: off. Once a store has been opened
   * with it, every process that writes to the store continues its history, with or without this option. Object stores
   * refuse it with `MEM_UNSUPPORTED`.
   */
  readonly history?: HistoryOptions;
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: Clock;
}
