import type { Table } from "@lancedb/lancedb";
import type { Embedder, EmbedderFingerprint } from "@mem/core";
import { isAlreadyMade } from "./object-error.ts";
import type { ObjectDatabase } from "./object-database.ts";
import type { StoredRow } from "../table/row-queries.ts";
import { columnIn } from "../table/sql.ts";
import { arrowTable } from "../table/row-table.ts";
import { embedderId } from "../vectors/fingerprint.ts";
import { partHash, shortHash, type KeptVectors } from "../vectors/kept-vectors.ts";

const PREFIX = "reembedding-";

/** Kept vectors in a table of their own, named after their embedder. Memory holds only which ones there are. */
export class ObjectKeptVectors implements KeptVectors {
  readonly #database: ObjectDatabase;
  readonly #name: string;
  readonly #table: Table;
  readonly #present = new Set<number>();

  private constructor(database: ObjectDatabase, name: string, table: Table) {
    this.#database = database;
    this.#name = name;
    this.#table = table;
  }

  /** Continues with the vectors that are there; removes those of other embedders. */
  static async open(
    database: ObjectDatabase,
    fingerprint: EmbedderFingerprint,
  ): Promise<ObjectKeptVectors> {
    const { connection, modules } = database;
    const name = PREFIX + embedderId(fingerprint);
    await removeKept(database, name);
    const { Field, FixedSizeList, Float32, Schema, Utf8 } = modules.arrow;
    const vector = new FixedSizeList(
      fingerprint.dimensions,
      new Field("item", new Float32(), true),
    );
    const schema = new Schema([
      new Field("hash", new Utf8(), false),
      new Field("vector", vector, true),
    ]);
    const table = await connection.createEmptyTable(name, schema).catch(async (error: unknown) => {
      if (!isAlreadyMade(error)) throw error;
      return connection.openTable(name);
    });
    const kept = new ObjectKeptVectors(database, name, table);
    for await (const batch of table.query().select(["hash"])) {
      const hashes = batch.getChild("hash");
      for (let row = 0; row < batch.numRows; row++) kept.#note(String(hashes?.get(row)));
    }
    return kept;
  }

  get size(): number {
    return this.#present.size;
  }

  has(part: string): boolean {
    return this.#present.has(shortHash(partHash(part)));
  }

  async add(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    const { arrow } = this.#database.modules;
    const rows = Array.from(vectors, ([part, vector]) => ({ hash: nameOf(part), vector }));
    if (rows.length === 0) return;
    await this.#table.add(arrowTable(arrow, await this.#table.schema(), rows));
    for (const { hash } of rows) this.#note(hash);
  }

  /** The vectors of the parts that have one, by the part's text. */
  async get(parts: readonly string[]): Promise<Map<string, Float32Array>> {
    const names = new Map(parts.map((part) => [nameOf(part), part]));
    const rows: Pick<StoredRow & { readonly hash: string }, "hash" | "vector">[] = await this.#table
      .query()
      .where(columnIn("hash", [...names.keys()]))
      .toArray();
    const found = new Map<string, Float32Array>();
    for (const { hash, vector } of rows) {
      const part = names.get(hash);
      if (part !== undefined && vector) found.set(part, vector.toArray().slice());
    }
    return found;
  }

  async remove(): Promise<void> {
    this.#table.close();
    await this.#database.connection.dropTable(this.#name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#table.close();
  }

  #note(name: string): void {
    this.#present.add(shortHash(Buffer.from(name, "hex")));
  }
}

/** Removes all tables of kept vectors, except the one with the name `but`. */
export async function removeKept({ connection }: ObjectDatabase, but?: string): Promise<void> {
  for (const name of await connection.tableNames()) {
    if (name.startsWith(PREFIX) && name !== but) await connection.dropTable(name);
  }
}

/** Wraps an embedder so that it is asked only for vectors that are not kept. */
export function askedLast(embedder: Embedder, kept: ObjectKeptVectors): Embedder {
  const { model, dimensions, weight } = embedder;
  return {
    model,
    dimensions,
    weight,
    async embed(texts, options) {
      if (options.kind === "query") return embedder.embed(texts, options);
      const known = await kept.get(texts);
      const missing = texts.filter((text) => !known.has(text));
      const made = missing.length === 0 ? [] : await embedder.embed(missing, options);
      if (made.length !== missing.length) return made;
      const byText = new Map(missing.map((text, i) => [text, made[i] ?? new Float32Array()]));
      return texts.map((text) => known.get(text) ?? byText.get(text) ?? new Float32Array());
    },
  };
}

function nameOf(part: string): string {
  return partHash(part).toString("hex");
}
