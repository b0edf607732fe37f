import { appendFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMemoryError, type ExecutionRecord } from "@mem/core";
import { createJsonlRecords } from "@mem/records-jsonl";
import type { Fault, FaultReport, Strike, Subject } from "../lab/fault.ts";
import type { Finding, FindingKind } from "../lab/finding.ts";
import { TENANT } from "./content.ts";
import { hostileIds } from "./hostile-ids.ts";

/** The longest file name that every file system takes, in bytes. */
const MOST_NAME_BYTES = 255;
/** The longest suffix that the name of an agent's file gets. */
const SUFFIX_BYTES = "~000001.jsonl.gz.unfinished".length;
const AT_ONCE = 200;
const ROTATED = 200;
const TENANTS = 500;
const REFUSALS: ReadonlySet<string> = new Set(["MEM_INVALID_ARGUMENT", "MEM_TOO_LARGE"]);

export const names: Fault = {
  name: "names",
  about: "agents and tenants with hostile ids: none escapes the folder, no two share a file",
  runs: 10_000,
  secondsPerRun: 0.004,
  strike: tryNames,
};

interface NameStore {
  append(record: ExecutionRecord): Promise<void>;
  rotate(agentId: string): Promise<unknown>;
  ids(tenantId: string, agentId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

async function tryNames({ subject, runs, random, folder, onRun }: Strike): Promise<FaultReport> {
  const findings: Finding[] = [];
  const note = (run: number, kind: FindingKind, message: string): void => {
    findings.push({ run, kind, message });
  };
  // A path that escapes by a level or two still ends inside the lab's folder.
  const outside = join(folder, "a", "b", "c");
  const dir = join(outside, "trail");
  await mkdir(outside, { recursive: true });
  const store = openNames(subject, dir);
  const did = { ids: runs, refused: 0, tenants: 0, files: 0 };
  const ids = hostileIds(runs, random);
  const taken: [run: number, record: ExecutionRecord][] = [];
  const tryOne = async (run: number, tenantId: string, agentId: string): Promise<void> => {
    const record = recordOf(tenantId, agentId);
    try {
      await store.append(record);
      taken.push([run, record]);
    } catch (error) {
      did.refused++;
      if (isMemoryError(error) && REFUSALS.has(error.code)) return;
      note(run, "failed call", `${JSON.stringify(agentId.slice(0, 100))}: ${String(error)}`);
    }
  };
  try {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const some = ids.slice(at, at + AT_ONCE);
      await Promise.all(some.map((id, i) => tryOne(at + i + 1, TENANT, id)));
      onRun?.(Math.min(runs, at + AT_ONCE));
    }
    for (const [i, id] of ids.slice(0, TENANTS).entries()) {
      await tryOne(i + 1, id, "agent");
      did.tenants++;
    }
    for (const [run, { agentId }] of taken.slice(0, ROTATED)) {
      await store.rotate(agentId).catch((error: unknown) => {
        note(run, "failed call", `rotate ${JSON.stringify(agentId)}: ${String(error)}`);
      });
    }
    for (const [run, { tenantId, agentId, id }] of taken) {
      const found = await store.ids(tenantId, agentId);
      if (found.join() === id) continue;
      const message = `${JSON.stringify(agentId.slice(0, 100))} of ${JSON.stringify(tenantId.slice(0, 100))} has ${found.length} records`;
      note(run, found.length > 1 ? "collision" : "lost", message);
    }
  } finally {
    await store.close();
  }
  did.files = await checkFiles(folder, outside, dir, note);
  return { did, findings };
}

function recordOf(tenantId: string, agentId: string): ExecutionRecord {
  const id = JSON.stringify([tenantId, agentId]).slice(0, 16_000);
  return { id, timestamp: new Date().toISOString(), agentId, tenantId, status: "success" };
}

/** Checks where the files are, and whose records they have. */
async function checkFiles(
  folder: string,
  outside: string,
  dir: string,
  note: (run: number, kind: FindingKind, message: string) => void,
): Promise<number> {
  const beside = [
    ...(await readdir(folder)),
    ...(await readdir(join(folder, "a"))),
    ...(await readdir(join(folder, "a", "b"))),
    ...(await readdir(outside)),
  ];
  if (beside.join() !== "a,b,c,trail") note(0, "escaped", `beside the folder: ${beside.join()}`);
  let files = 0;
  const tenants = (await readdir(dir, { withFileTypes: true })).filter(
    (entry) => entry.isDirectory() && entry.name.startsWith("@"),
  );
  for (const tenant of ["", ...tenants.map(({ name }) => name)]) {
    const seenNames = new Map<string, string>();
    for (const entry of await readdir(join(dir, tenant), { withFileTypes: true })) {
      const { name } = entry;
      if (Buffer.byteLength(name) + SUFFIX_BYTES > MOST_NAME_BYTES) {
        note(0, "escaped", `${name} is too long for the suffixes that are added to it`);
      }
      // As a file system sees it that distinguishes neither case nor Unicode normalization forms.
      const seen = name
        .normalize("NFKC")
        .toLowerCase()
        .normalize("NFKC")
        .replace(/[. ]+$/, "");
      const other = seenNames.get(seen);
      if (other !== undefined) note(0, "collision", `${name} and ${other} may be the same file`);
      seenNames.set(seen, name);
      if (!entry.isFile() || !name.endsWith(".jsonl")) continue;
      files++;
      const text = await readFile(join(dir, tenant, name), "utf8");
      const agents = new Set(
        [...text.matchAll(/"agentId":"((?:[^"\\]|\\.)*)"/g)].map(([, id]) => id),
      );
      if (agents.size > 1) note(0, "collision", `${name} has records of ${agents.size} agents`);
    }
  }
  return files;
}

function openNames(subject: Subject, dir: string): NameStore {
  if (subject === "raw") return plainNames(dir);
  const store = createJsonlRecords({ dir, durability: "process" });
  return {
    append: (record) => store.append([record]),
    rotate: (agentId) => store.rotate({ tenantId: TENANT, agentId }),
    ids: async (tenantId, agentId) => {
      const { items } = await store.query(tenantId, { agentId, order: "oldest", limit: 10 });
      return items.map(({ id }) => id);
    },
    close: () => store.close(),
  };
}

/** A file named after the agent: the obvious first attempt. */
function plainNames(dir: string): NameStore {
  const path = (agentId: string): string => join(dir, `${agentId}.jsonl`);
  return {
    append: async (record) => {
      await mkdir(dir, { recursive: true });
      await appendFile(path(record.agentId), `${JSON.stringify(record)}\n`);
    },
    rotate: () => Promise.resolve(),
    ids: async (_, agentId) => {
      const text = await readFile(path(agentId), "utf8");
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => (JSON.parse(line) as ExecutionRecord).id);
    },
    close: () => Promise.resolve(),
  };
}
