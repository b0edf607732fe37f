import {
  checkId,
  checkOptions,
  throwIfAborted,
  type AgentRecordStats,
  type CallOptions,
  type EraseOptions,
  type ExecutionRecord,
  type Health,
  type Page,
  type RecordErasureRequest,
  type RecordQuery,
  type RecordStatsQuery,
  type RecordStore,
} from "@mem/core";
import { Calls } from "./calls.ts";
import { RecordEraser } from "./erasing/record-eraser.ts";
import { RecordFolder } from "./folder/record-folder.ts";
import { storageError } from "./folder/storage-errors.ts";
import { SegmentIndexes } from "./index/segment-indexes.ts";
import { MAX_CHAIN_BYTES } from "./line/chain.ts";
import { createDigester } from "./line/line-digest.ts";
import { DamageLog } from "./reading/damage-log.ts";
import { RecordReader } from "./reading/record-reader.ts";
import { ROTATE_OPTIONS, type JsonlRecords, type RotateOptions } from "./records-face.ts";
import { resolveOptions, type JsonlRecordsOptions, type StoreOptions } from "./store-options.ts";
import {
  VERIFY_OPTIONS,
  type RecordVerification,
  type VerifyRecordsOptions,
} from "./verification/record-verification.ts";
import { RecordVerifier } from "./verification/record-verifier.ts";
import type { RecordWriter } from "./writing/record-writer.ts";
import type { Upkeep } from "./writing/upkeep.ts";
import { createWritingSide } from "./writing/writing-side.ts";

/**
 * Makes a store that keeps execution records as JSONL: one file for each agent, `<dir>/<agent>.jsonl`, one line for
 * each record, chained by digest to its writer's previous line. Nothing is touched before the first call.
 *
 * A call rejects with `MEM_CAPACITY` (the disk is full, or too much data is queued), `MEM_TOO_LARGE`, `MEM_READ_ONLY`,
 * `MEM_CORRUPT` (a file is a link or not a regular file), `MEM_FORMAT` (a later release wrote to the folder),
 * `MEM_UNAVAILABLE` or, if part of a batch was stored, `MEM_PARTIAL`. Damaged lines are skipped and reported by
 * `health()`.
 */
export function createJsonlRecords(options: JsonlRecordsOptions): JsonlRecords {
  return new JsonlRecordStore(resolveOptions(options));
}

class JsonlRecordStore implements JsonlRecords {
  readonly name = "jsonl";
  readonly capabilities: RecordStore["capabilities"];
  readonly #folder: RecordFolder;
  readonly #reader: RecordReader;
  readonly #writer: RecordWriter;
  readonly #upkeep: Upkeep;
  readonly #verifier: RecordVerifier;
  readonly #eraser: RecordEraser;
  readonly #calls = new Calls();
  #closing: Promise<void> | undefined;

  constructor(options: StoreOptions) {
    const { durability, maxRecordBytes, maxOpenFiles } = options;
    this.capabilities = { durability, shared: true };
    const damage = new DamageLog();
    const folder = new RecordFolder(options.dir, damage);
    const digester = createDigester(options.key);
    const maxLineBytes = maxRecordBytes + MAX_CHAIN_BYTES;
    const indexes = new SegmentIndexes({ maxLineBytes });
    const { writer, upkeep } = createWritingSide(options, { folder, digester, indexes });
    this.#folder = folder;
    this.#upkeep = upkeep;
    this.#verifier = new RecordVerifier({ folder, digester });
    this.#eraser = new RecordEraser({ folder, upkeep });
    this.#reader = new RecordReader({ folder, damage, maxLineBytes, maxOpenFiles, indexes });
    this.#writer = writer;
  }

  append(records: readonly ExecutionRecord[], options?: CallOptions): Promise<void> {
    try {
      this.#calls.refuseClosed();
      throwIfAborted(options?.signal);
      return this.#writer.append(records);
    } catch (error) {
      // Not `async`: only a call that is refused at once pays for a promise of its own.
      return Promise.reject(storageError(error));
    }
  }

  query(
    tenantId: string,
    query: RecordQuery,
    options?: CallOptions,
  ): Promise<Page<ExecutionRecord>> {
    return this.#calls.ask("query", options, async (checkpoint) => {
      checkId(tenantId, "tenantId");
      return this.#reader.page(tenantId, query, checkpoint);
    });
  }

  stats(
    tenantId: string,
    query: RecordStatsQuery,
    options?: CallOptions,
  ): Promise<readonly AgentRecordStats[]> {
    return this.#calls.ask("stats", options, async (checkpoint) => {
      checkId(tenantId, "tenantId");
      return this.#reader.stats(tenantId, query, checkpoint);
    });
  }

  erase(request: RecordErasureRequest, options?: EraseOptions): Promise<readonly string[]> {
    return this.#calls.change("erasure", options, async (checkpoint) => {
      if (options?.dryRun !== true) await this.#writer.flush();
      return this.#eraser.erase(request, options, checkpoint);
    });
  }

  async verify(options: VerifyRecordsOptions = {}): Promise<RecordVerification> {
    checkOptions(options, VERIFY_OPTIONS);
    return this.#calls.ask("verification", options, (checkpoint) =>
      this.#verifier.verify(options, checkpoint),
    );
  }

  async rotate(options: RotateOptions = {}): Promise<void> {
    checkOptions(options, ROTATE_OPTIONS);
    const { tenantId, agentId, signal } = options;
    return this.#calls.change("rotation", options, async (checkpoint) => {
      if (tenantId !== undefined) checkId(tenantId, "options.tenantId");
      if (agentId !== undefined) checkId(agentId, "options.agentId");
      await this.#folder.prepareToWrite();
      await this.#writer.flush();
      for (const file of await this.#folder.filesFor(tenantId, agentId)) {
        checkpoint();
        await this.#upkeep.exclusively(async (work) => {
          await work.rotate(file);
          await work.drop(file);
        }, signal);
      }
    });
  }

  async flush(): Promise<void> {
    this.#calls.refuseClosed();
    await this.#writer.flush();
    await this.#upkeep.flush();
  }

  async health(): Promise<Health> {
    this.#calls.refuseClosed();
    const folder = await this.#folder.health();
    const failure = this.#writer.lastFailure;
    const damage = await this.#reader.damage();
    const messages = [...folder.messages];
    if (failure !== undefined) messages.push(`the latest append failed: ${failure.message}`);
    messages.push(...this.#upkeep.messages(), ...damage.messages);
    return {
      status: folder.status === "ok" && messages.length > 0 ? "degraded" : folder.status,
      backend: this.name,
      durability: this.capabilities.durability,
      messages,
      details: { damage: damage.details },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#calls.close();
    const [closed] = await Promise.allSettled([this.#writer.close()]);
    await this.#upkeep.close();
    if (closed.status === "rejected") throw storageError(closed.reason);
  }
}
