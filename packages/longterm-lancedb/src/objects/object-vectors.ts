import type { Clock } from "@mem/core";
import type { MadeVectors } from "../vectors/made-vectors.ts";
import { objectError } from "./object-error.ts";
import type { ObjectDatabase } from "./object-database.ts";
import type { ObjectWriter } from "./object-writer.ts";
import { readRows } from "../table/row-queries.ts";
import { readVectorColumns, type VectorColumns } from "./object-vector-columns.ts";
import { withVectors } from "../vectors/row-vectors.ts";

const ROWS_AT_ONCE = 500;
const RETRY_MS = 10_000;

export interface ObjectVectorsParts {
  readonly database: ObjectDatabase;
  readonly writer: ObjectWriter;
  readonly made: MadeVectors;
  /** The vector columns of this process's embedder. */
  readonly ownColumns: () => VectorColumns | undefined;
  /** Called if the table takes vectors of another embedder than this process's. */
  readonly onForeign: () => Promise<void>;
  readonly clock: Clock;
}

/** Writes vectors to the rows that they were made for. */
export class ObjectVectors {
  readonly #parts: ObjectVectorsParts;
  #running: Promise<void> | undefined;
  #failure: unknown;
  #cancelRetry: (() => void) | undefined;

  constructor(parts: ObjectVectorsParts) {
    this.#parts = parts;
  }

  /** Why the last attempt failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Call it when vectors were made. */
  notice(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Resolves when all are written; rejects with the reason if they can't be. */
  async flush(): Promise<void> {
    this.notice();
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Vectors that are not written yet are made again later. */
  async close(): Promise<void> {
    await this.#running;
    this.#cancelRetry?.();
  }

  async #run(): Promise<void> {
    const { made, writer, clock, database } = this.#parts;
    try {
      while (made.size > 0) await writer.queue.task(() => this.#write());
      this.#failure = undefined;
    } catch (error) {
      this.#failure = objectError(error, database.location.uri, "unknown");
      this.#cancelRetry = clock.schedule(RETRY_MS, () => this.notice());
    }
  }

  async #write(): Promise<void> {
    const { made, writer, database, ownColumns, onForeign } = this.#parts;
    const own = ownColumns();
    const some = new Map([...made.all()].slice(0, ROWS_AT_ONCE));
    const table = await database.table("write");
    const columns = await readVectorColumns(table);
    if (columns?.fence !== own?.fence) {
      made.clear();
      return onForeign();
    }
    const rows = await readRows(table, [...some.keys()]);
    const filled = rows.flatMap((row) => {
      const vector = some.get(row.id);
      const isOpen = row.vector_hash === null && row.version === vector?.version;
      return vector === undefined || !isOpen
        ? []
        : [{ row: withVectors(row, vector), replaced: row.version }];
    });
    // Whoever changed a row meanwhile has its vector made anew; another machine may have filled it, too.
    const isPending = "target.vector_hash IS NULL";
    if (filled.length > 0) await writer.commits.replace(filled, columns, isPending);
    made.written(some);
  }
}
