import type {
  Embedder,
  EmbedderFingerprint,
  Erasure,
  ErasureRequest,
  Health,
  JsonObject,
  LongTermEntry,
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

/** Reads the present state: everything that any process has acknowledged before. */
export interface Reader {
  readonly read: Read;
  get(scope: Scope, keys: readonly string[]): Promise<(LongTermEntry | undefined)[]>;
}

/** How an open store is. */
export interface Condition {
  /** What is wrong, and what is done about it. */
  readonly troubles: readonly string[];
  readonly details: JsonObject;
}

/** An open store: all that depends on where it lies. */
export interface Engine {
  /** It can't go on: it has to be opened anew, from what is stored. */
  readonly isBroken: boolean;
  readonly reader: Reader;
  readonly search: Search;
  /** Absent: it was opened without, or can't keep any. */
  readonly history?: HistoryAnswers;
  /** Makes a change; resolves with what became of it when it is stored. */
  change(change: AskedChange, signal?: AbortSignal): Promise<Answer>;
  /** Every entry of a tenant, or of all, as of the moment of the call. */
  walk(tenantId: string | undefined): Promise<AsyncGenerator<readonly PortableEntry[]>>;
  erase(request: ErasureRequest, dryRun: boolean): Promise<Erasure>;
  verify(): Promise<Verification>;
  embedder(): Promise<EmbedderFingerprint | undefined>;
  /** Has all vectors made anew and goes over to the embedder, the place with it. */
  reembed(embedder: Embedder, options: ReembedOptions): Promise<Reembedded>;
  /** Resolves when vectors, table and indexes have caught up; rejects with what keeps them from it. */
  bringUp(): Promise<void>;
  condition(): Promise<Condition>;
  /** Gives up waiting for the embedder and for other processes, so that calls that wait for them end. */
  stopWaiting(): Promise<void>;
  close(): Promise<void>;
}

/** Where a store lies, and how it is opened there. */
export interface Place {
  /** For messages: a folder, or an address without anything secret. */
  readonly name: string;
  readonly durability: Health["durability"];
  /** What the store is opened with. */
  readonly embedder: CurrentEmbedder;
  /** Whether there is a store. Looks, and makes none. */
  exists(): Promise<boolean>;
  /** Makes the store where there is none. `report` is told what was repaired. */
  open(report: (message: string) => void): Promise<Engine>;
}
