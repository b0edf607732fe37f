import { constants, lstatSync } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { systemCode } from "@mem/append-log";
import { MemoryError, type Health } from "@mem/core";
import type { DamageLog } from "../reading/damage-log.ts";
import { findSegments, type AgentSegments } from "./agent-segments.ts";
import { agentFile, tenantFolder } from "./file-names.ts";
import { FolderListings, listSegments } from "./folder-listing.ts";
import { checkFormat, createFormat, hasFormat } from "./format-file.ts";
import { storageError } from "./storage-errors.ts";

/** Where the records of an agent are: its current file, with the earlier segments beside it. */
export interface RecordFile {
  /** The name within its tenant's folder. */
  readonly name: string;
  /** The name without its extension. */
  readonly stem: string;
  /** The path of its tenant's folder. */
  readonly folder: string;
  /** The path within the store's folder, for reports. */
  readonly label: string;
  readonly path: string;
}

/** The folder of a store: which file belongs to whom, and whether the folder can be read and written. */
export class RecordFolder {
  readonly #path: string;
  readonly #damage: DamageLog;
  readonly #listings = new FolderListings();
  #prepared: Promise<void> | undefined;
  /** Whether the folder is known to state our format. */
  #isOurs = false;

  constructor(dir: string, damage: DamageLog) {
    this.#path = resolve(dir);
    this.#damage = damage;
  }

  /** Creates what is missing. Rejects with `MEM_FORMAT` if a later release has written here. */
  async prepareToWrite(): Promise<void> {
    if (this.#isOurs && !hasFormat(this.#path)) {
      // Somebody has removed the folder since.
      this.#isOurs = false;
      this.#prepared = undefined;
    }
    this.#prepared ??= this.#prepare();
    await this.#prepared;
  }

  /** Changes nothing. Rejects with `MEM_FORMAT` if a later release has written here. */
  async prepareToRead(): Promise<void> {
    // Does not wait for `#prepared`: on a full disk, that fails, but reading works.
    if (!this.#isOurs) this.#isOurs = (await checkFormat(this.#path)).state === "ours";
  }

  /** Whether an earlier release, whose lines have no chains, has written here. */
  async hadEarlierFormat(): Promise<boolean> {
    return (await checkFormat(this.#path)).hadEarlier;
  }

  /** The lock for rotating, closing, erasing and dropping. */
  get lockPath(): string {
    return `${this.#path}/.lock`;
  }

  fileOf(tenantId: string, agentId: string): RecordFile {
    return this.#file(tenantFolder(tenantId), agentFile(agentId));
  }

  /** Refuses a tenant's folder that is a link, which could lead to another tenant's records. */
  checkPlace(file: RecordFile): void {
    refuseLink(this.#path, file.label.slice(0, -file.name.length - 1));
  }

  /** The agents in the same folder that have earlier segments. */
  async rotatedBeside(file: RecordFile): Promise<RecordFile[]> {
    const { segments } = await this.#listings.read(file.folder);
    const folder = file.label.slice(0, -file.name.length - 1);
    return [...segments.keys()].map((stem) => this.#file(folder, `${stem}.jsonl`));
  }

  /** The files of a tenant's agents, in no particular order, including agents with only earlier segments. */
  async filesOf(tenantId: string): Promise<RecordFile[]> {
    const folder = tenantFolder(tenantId);
    refuseLink(this.#path, folder);
    return this.#filesIn(folder);
  }

  /** The file of one agent, those of a tenant, or all. */
  async filesFor(tenantId?: string, agentId?: string): Promise<readonly RecordFile[]> {
    if (agentId !== undefined) return [this.fileOf(tenantId ?? "default", agentId)];
    return tenantId === undefined ? this.allFiles() : this.filesOf(tenantId);
  }

  /** The files of all tenants' agents, in no particular order. */
  async allFiles(): Promise<RecordFile[]> {
    const entries = await readdir(this.#path, { withFileTypes: true }).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return [];
      throw error;
    });
    const folders = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith("@"));
    const files = ["", ...folders.map(({ name }) => name)].map((name) => this.#filesIn(name));
    return (await Promise.all(files)).flat();
  }

  async #filesIn(folder: string): Promise<RecordFile[]> {
    const { stems, irregular } = await this.#listings.read(join(this.#path, folder));
    for (const name of irregular) {
      this.#damage.note({ file: this.#file(folder, name).label, problem: "not a regular file" });
    }
    return [...stems].map((stem) => this.#file(folder, `${stem}.jsonl`));
  }

  /** The segments of an agent as they are now. */
  async segmentsOf(file: RecordFile): Promise<AgentSegments> {
    this.checkPlace(file);
    return findSegments(file, async () => {
      const { segments } = await this.#listings.read(file.folder);
      return segments.get(file.stem) ?? [];
    });
  }

  /** The same for callers that change them: makes no full listing of the folder, which would be kept for nothing. */
  async segmentsToChange(file: RecordFile): Promise<AgentSegments> {
    this.checkPlace(file);
    return findSegments(file, () => listSegments(file.folder, file.stem));
  }

  /** Whether something that is not a regular file is in the place of one. */
  isIrregular(label: string): boolean {
    return lstatSync(`${this.#path}/${label}`, { throwIfNoEntry: false })?.isFile() === false;
  }

  /** Whether the folder can be read and written; one that does not exist yet can. */
  async health(): Promise<Pick<Health, "status" | "messages">> {
    try {
      const isFolder = (await stat(this.#path)).isDirectory();
      if (!isFolder) return unwell("down", `${this.#path} is not a folder`);
      await access(this.#path, constants.R_OK);
      await checkFormat(this.#path);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return { status: "ok", messages: [] };
      return unwell("down", storageError(error).message);
    }
    try {
      await access(this.#path, constants.W_OK);
    } catch (error) {
      return unwell("degraded", storageError(error).message);
    }
    return { status: "ok", messages: [] };
  }

  async #prepare(): Promise<void> {
    try {
      const stated = await checkFormat(this.#path);
      if (stated.state !== "ours") await createFormat(this.#path, stated);
      this.#isOurs = true;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  #file(folder: string, name: string): RecordFile {
    // Not normalised: names are safe as they are, and a query does this for each agent's file.
    const path = folder === "" ? this.#path : `${this.#path}/${folder}`;
    const label = folder === "" ? name : `${folder}/${name}`;
    const stem = name.slice(0, -".jsonl".length);
    return { name, stem, label, folder: path, path: `${path}/${name}` };
  }
}

function unwell(status: "degraded" | "down", message: string): Pick<Health, "status" | "messages"> {
  return { status, messages: [message] };
}

function refuseLink(dir: string, folder: string): void {
  if (folder === "") return;
  const path = `${dir}/${folder}`;
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw new MemoryError("MEM_CORRUPT", `${path} is a symbolic link, which is never followed`);
  }
}
