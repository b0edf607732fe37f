import type { ExecutionRecord, Page, RecordQuery } from "@mem/core";
import { decodeCursor, encodeCursor, type Positions } from "./cursor.ts";
import type { DamageLog } from "./damage-log.ts";
import { matcherOf } from "./record-checks.ts";
import type { RecordFolder } from "./record-folder.ts";
import { RecordMerge } from "./record-merge.ts";
import { RecordSource } from "./record-source.ts";
import { Slots } from "./slots.ts";

export interface RecordReaderOptions {
  readonly folder: RecordFolder;
  readonly damage: DamageLog;
  readonly maxRecordBytes: number;
  readonly maxOpenFiles: number;
}

/** Answers queries from the files, page by page. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  readonly #slots: Slots;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxOpenFiles);
  }

  /** `checkpoint` is called again and again on the way; it throws when nobody waits for the page any more. */
  async page(
    tenantId: string,
    query: RecordQuery,
    checkpoint: () => void,
  ): Promise<Page<ExecutionRecord>> {
    const matches = matcherOf(query);
    const begun =
      query.cursor === undefined ? undefined : decodeCursor(tenantId, query, query.cursor);
    const sources = await this.#sources(tenantId, query, begun, checkpoint);
    const merge = await RecordMerge.open(query.order, sources);
    const items: ExecutionRecord[] = [];
    for (let head = merge.head; head !== undefined; head = merge.head) {
      if (items.length === query.limit) {
        return { items, cursor: encodeCursor(tenantId, query, positionsOf(sources)) };
      }
      if (matches(head.record, head.time)) items.push(head.record);
      await merge.advance();
    }
    return { items };
  }

  async #sources(
    tenantId: string,
    query: RecordQuery,
    begun: Positions | undefined,
    checkpoint: () => void,
  ): Promise<RecordSource[]> {
    const { folder, damage, maxRecordBytes } = this.#options;
    await folder.prepareToRead();
    const { agentId, order } = query;
    const files =
      agentId === undefined ? await folder.filesOf(tenantId) : [folder.fileOf(tenantId, agentId)];
    // Newest first, a file without a position has been read to its beginning, or is younger than the first page.
    const left = order === "newest" && begun ? files.filter(({ name }) => begun.has(name)) : files;
    return left.map(
      (file) =>
        new RecordSource({
          ...file,
          tenantId,
          forwards: order === "oldest",
          position: begun?.get(file.name),
          maxLineBytes: maxRecordBytes,
          files: left.length,
          slots: this.#slots,
          damage,
          checkpoint,
        }),
    );
  }
}

function positionsOf(sources: readonly RecordSource[]): Positions {
  const begun = sources.filter(({ position }) => position > 0);
  return new Map(begun.map(({ name, position }) => [name, position]));
}
