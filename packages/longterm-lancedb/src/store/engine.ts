import type {
  Embedder,
  EmbedderFingerprint,
  Erasure,
  ErasureRequest,
  Health,
  JsonObject,
  LongTermEntry,
  MemoryError,
  PortableEntry,
  Reembedded,
  ReembedOptions,
  Scope,
  Verification,
} from "@mem/core";
import type { Change, Flushed } from "../log/change.ts";
import type { CurrentEmbedder } from "../vectors/current-embedder.ts";
import type { HistoryAnswers } from "../history/history-answers.ts";
import type { Answer } from "../log/replica.ts";
import type { Search } from "../search/search.ts";
import type { Read } from "../reading/view.ts";

/** A change that a caller can ask for. */
export type AskedChange = Exclude<Change, Flushed>;

/** Reads the current state: everything that any process has acknowledged before. */
export interface Reader {
  readonly read: Read;
  get(scope: Scope, keys: readonly string[]): Promise<(LongTermEntry | undefined)[]>;
}

/** The condition of an open store. */
export interface Condition {
  /** What is wrong, and what is done about it. */
  readonly troubles: readonly string[];
  readonly details: JsonObject;
}

/** An open store: everything that depends on its place. */
export interface Engine {
  /** It can't continue: the store has to be opened anew, from what is stored. */
  readonly isBroken: boolean;
  readonly reader: Reader;
  readonly search: Search;
  /** Absent: the store was opened without history, or can't keep one. */
  readonly history?: HistoryAnswers;
  /** Makes a change; resolves with its answer once it is stored. */
  change(change: AskedChange, signal?: AbortSignal): Promise<Answer>;
  /** Every entry of a tenant, or of all tenants, as of the call. */
  walk(tenantId: string | undefined): Promise<AsyncGenerator<readonly PortableEntry[]>>;
  erase(request: ErasureRequest, dryRun: boolean): Promise<Erasure>;
  verify(): Promise<Verification>;
  embedder(): Promise<EmbedderFingerprint | undefined>;
  /** Makes all vectors anew and changes the store and its place to the embedder. */
  reembed(embedder: Embedder, options: ReembedOptions): Promise<Reembedded>;
  /** Resolves when vectors, table and indexes have caught up; if they can't, rejects with the reason. */
  bringUp(): Promise<void>;
  condition(): Promise<Condition>;
  /** Gives up waiting for the embedder and for other processes, so that calls that wait for them end. */
  stopWaiting(): Promise<void>;
  close(): Promise<void>;
}

/** Where a store is, and how it is opened there. */
export interface Place {
  /** For messages: a folder, or an address without secrets. */
  readonly name: string;
  readonly durability: Health["durability"];
  /** The embedder that the store is opened with. */
  readonly embedder: CurrentEmbedder;
  /** Whether there is a store. Creates none. */
  exists(): Promise<boolean>;
  /** Why nothing can be written there, as far as can be told without writing. */
  refusal(): Promise<MemoryError | undefined>;
  /** Opens the store, and creates it if there is none. `report` is called with what was repaired. */
  open(report: (message: string) => void): Promise<Engine>;
}
