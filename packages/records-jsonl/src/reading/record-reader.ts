import type {
  AgentRecordStats,
  ExecutionRecord,
  Page,
  RecordQuery,
  RecordStatsQuery,
} from "@mem/core";
import { compareCodePoints, type JsonObject } from "@mem/core";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import { Slots } from "../folder/slots.ts";
import type { SegmentIndexes } from "../index/segment-indexes.ts";
import { invalid } from "../writing/record-checks.ts";
import { BatchRoom } from "./batch-room.ts";
import { decodeCursor, encodeCursor, type Positions } from "./cursor.ts";
import { checkDamage } from "./damage-check.ts";
import type { DamageLog } from "./damage-log.ts";
import { ReadBuffers } from "./read-buffers.ts";
import { matchOf, type RecordMatch } from "./record-match.ts";
import { RecordMerge } from "./record-merge.ts";
import { RecordSource } from "./record-source.ts";
import { addUp } from "./record-stats.ts";

export interface RecordReaderOptions {
  readonly folder: RecordFolder;
  readonly damage: DamageLog;
  readonly indexes: SegmentIndexes;
  readonly maxLineBytes: number;
  readonly maxOpenFiles: number;
}

/** Called repeatedly; throws if nobody waits for the answer any more. */
export type Checkpoint = () => void;

/** A page is also full when it has this many bytes of lines for each file that it merges. */
const PAGE_BYTES = 2 ** 17;

/** Answers queries from the files. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #slots: Slots;
  readonly #buffers = new ReadBuffers();

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxOpenFiles);
  }

  async page(
    tenantId: string,
    query: RecordQuery,
    checkpoint: Checkpoint,
  ): Promise<Page<ExecutionRecord>> {
    const { limit, order, cursor } = query;
    if (!Number.isSafeInteger(limit) || limit < 1) {
      throw invalid("query.limit", "has to be a whole number, 1 or more");
    }
    const match = matchOf(query);
    const begun = cursor === undefined ? undefined : decodeCursor(tenantId, query, cursor);
    const files = await this.#files(tenantId, query.agentId);
    const forwards = order === "oldest";
    // Newest first, a file without a position has been read to its beginning, or is newer than the first page.
    const left = forwards || !begun ? files : files.filter(({ name }) => begun.has(name));
    const sources = await this.#sources(left, { match, forwards, checkpoint, begun, limit });
    const merge = await RecordMerge.open(order, sources);
    const items: ExecutionRecord[] = [];
    // Bounds the memory for lines, however long they are.
    let room = PAGE_BYTES * sources.length;
    let mayGoOn = false;
    for (let head = merge.head; head !== undefined; head = merge.head) {
      items.push(head.record);
      room -= head.line.length;
      if (items.length === limit || room <= 0) {
        mayGoOn = await merge.leave();
        break;
      }
      await merge.advance();
    }
    const next = mayGoOn ? encodeCursor(tenantId, query, positionsOf(sources)) : undefined;
    release(sources);
    return { items, ...(next !== undefined && { cursor: next }) };
  }

  /** The statistics of each agent's records. */
  async stats(
    tenantId: string,
    query: RecordStatsQuery,
    checkpoint: Checkpoint,
  ): Promise<AgentRecordStats[]> {
    const match = matchOf(query);
    const all: AgentRecordStats[] = [];
    for (const file of await this.#files(tenantId, query.agentId)) {
      const segments = await this.#options.folder.segmentsOf(file);
      await this.#slots.acquire();
      try {
        const stats = await addUp({ ...this.#options, file, segments, match, checkpoint });
        if (stats !== undefined) all.push(stats);
      } finally {
        this.#slots.release();
      }
    }
    return all.toSorted((a, b) => compareCodePoints(a.agentId, b.agentId));
  }

  /** What was skipped so far and is still damaged, with line numbers. */
  async damage(): Promise<{ messages: string[]; details: JsonObject[] }> {
    const { damage, ...options } = this.#options;
    return damage.report((each) => checkDamage(each, { ...options, slots: this.#slots }));
  }

  async #files(tenantId: string, agentId: string | undefined): Promise<RecordFile[]> {
    const { folder } = this.#options;
    await folder.prepareToRead();
    return agentId === undefined ? folder.filesOf(tenantId) : [folder.fileOf(tenantId, agentId)];
  }

  async #sources(
    files: readonly RecordFile[],
    view: {
      readonly match: RecordMatch;
      readonly forwards: boolean;
      readonly checkpoint: Checkpoint;
      readonly begun?: Positions | undefined;
      /** How many records are wanted. */
      readonly limit: number;
    },
  ): Promise<RecordSource[]> {
    const { folder, damage, maxLineBytes, indexes } = this.#options;
    const sources: RecordSource[] = [];
    for (const file of files) {
      sources.push(
        new RecordSource({
          ...view,
          file,
          segments: await folder.segmentsOf(file),
          position: view.begun?.get(file.name),
          maxLineBytes,
          room: new BatchRoom(this.#buffers, files.length, view.limit),
          slots: this.#slots,
          indexes,
          damage,
        }),
      );
    }
    return sources;
  }
}

function positionsOf(sources: readonly RecordSource[]): Positions {
  return new Map(
    sources.flatMap(({ name, position }) => (position === undefined ? [] : [[name, position]])),
  );
}

/** Only after success: after a failure, some sources may still be reading. */
function release(sources: readonly RecordSource[]): void {
  for (const source of sources) source.release();
}
