import { createJsonlRecords, type JsonlRecords } from "@mem/records-jsonl";
import { median } from "../statistics.ts";
import { serve } from "../worker-process.ts";
import { makeTrail } from "./making.ts";
import { NEVER } from "./ours.ts";
import {
  findByReadline,
  findInBytes,
  hashFile,
  hashLines,
  lastBackwards,
  lastByReadline,
  streamByReadline,
} from "./scans.ts";
import { verifyTrail } from "./trail-verification.ts";
import type { Form, Trail } from "./trails.ts";
import { AGENT, TENANT } from "./workload.ts";

/*
 * A separate process that reads a trail, with the store or without it.
 */

/** What is asked for: the last records, or those about one thing. */
export type Question =
  | { readonly last: number }
  | { readonly id: string }
  | { readonly workflowId: string; readonly found: number };

export type Reader = "mem" | "readline" | "bytes" | "backwards";
export type Pass = "verify" | "hash" | "hash line by line";

export type ReadTasks = {
  readonly make: (options: { form: Form; bytes: number; folder: string }) => Promise<void>;
  readonly open: (options: { trail: Trail }) => Promise<void>;
  /** Asks each question once, one after the other; resolves with the median, in milliseconds. */
  readonly p50: (options: { reader: Reader; questions: readonly Question[] }) => Promise<number>;
  /** Reads all bytes once, from the first to the last; resolves with MB per second. */
  readonly pass: (options: { pass: Pass }) => Promise<number>;
  /** Resolves with how much the memory of the process grows while it reads every record, in bytes. */
  readonly stream: (options: { reader: "mem" | "readline" }) => Promise<number>;
};

const PAGE = 1000;
const MB = 1e6;

let trail: Trail;
let store: JsonlRecords;

const tasks: ReadTasks = {
  make: ({ form, bytes, folder }) => makeTrail(folder, form, bytes),
  async open({ trail: opened }) {
    trail = opened;
    store = createJsonlRecords({ dir: trail.dir, rotate: NEVER });
  },
  async p50({ reader, questions }) {
    const took: number[] = [];
    for (const question of questions) {
      const start = performance.now();
      const found = await answer(reader, question);
      took.push(performance.now() - start);
      const expected = "last" in question ? question.last : "id" in question ? 1 : question.found;
      if (found.length !== expected) {
        throw new Error(
          `${reader} found ${found.length} of ${expected}: ${JSON.stringify(question)}`,
        );
      }
    }
    return median(took);
  },
  async pass({ pass }) {
    const start = performance.now();
    const bytes = await PASSES[pass]();
    return bytes / MB / ((performance.now() - start) / 1000);
  },
  async stream({ reader }) {
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    let most = before;
    const look = (): void => {
      most = Math.max(most, process.memoryUsage.rss());
    };
    const count = reader === "mem" ? await streamOurs(look) : await streamLines(look);
    if (count < trail.count) throw new Error(`${reader} has read ${count} of ${trail.count}`);
    return most - before;
  },
};

const PASSES: Readonly<Record<Pass, () => Promise<number>>> = {
  verify: async () => {
    const { ok, bytes } = await verifyTrail(store, TENANT);
    if (!ok) throw new Error("The trail does not verify.");
    return bytes;
  },
  hash: () => hashFile(trail.file),
  "hash line by line": () => hashLines(trail.file),
};

async function answer(reader: Reader, question: Question): Promise<readonly unknown[]> {
  if ("last" in question) {
    if (reader === "backwards") return lastBackwards(trail.file, question.last);
    if (reader === "readline") return lastByReadline(trail.file, question.last);
    const options = { agentId: AGENT, order: "newest", limit: question.last } as const;
    return (await store.query(TENANT, options)).items;
  }
  const most = "id" in question ? 1 : question.found;
  if (reader === "mem") {
    const sought = "id" in question ? { id: question.id } : { workflowId: question.workflowId };
    const options = { agentId: AGENT, order: "oldest", limit: most, ...sought } as const;
    return (await store.query(TENANT, options)).items;
  }
  const text = "id" in question ? `"id":"${question.id}"` : `"workflowId":"${question.workflowId}"`;
  const find = reader === "bytes" ? findInBytes : findByReadline;
  // An id occurs once; a workflow may have several records.
  return find(trail.file, text, "id" in question ? 1 : Infinity);
}

async function streamOurs(look: () => void): Promise<number> {
  let count = 0;
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined;) {
    isFirst = false;
    const page = await store.query(TENANT, {
      agentId: AGENT,
      order: "oldest",
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    count += page.items.length;
    cursor = page.cursor;
    look();
  }
  return count;
}

function streamLines(look: () => void): Promise<number> {
  let lines = 0;
  return streamByReadline(trail.file, () => {
    if (++lines % PAGE === 0) look();
  });
}

serve(tasks);
