import { constants, lstatSync } from "node:fs";
import { access, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { MemoryError, type Health } from "@mem/core";
import type { DamageLog } from "./damage-log.ts";
import { agentFile, isAgentFile, tenantFolder } from "./file-names.ts";
import { checkFormat, createFormat } from "./format-file.ts";
import { storageError, systemCode } from "./storage-errors.ts";

export interface RecordFile {
  /** Within its tenant's folder. */
  readonly name: string;
  /** Within the store's folder, for reports. */
  readonly label: string;
  readonly path: string;
}

/** The folder of a store: which file is whose, and whether it can be read and written. */
export class RecordFolder {
  readonly #path: string;
  readonly #damage: DamageLog;
  #prepared: Promise<void> | undefined;
  /** The folder has been seen to say that its format is ours. */
  #isOurs = false;

  constructor(dir: string, damage: DamageLog) {
    this.#path = resolve(dir);
    this.#damage = damage;
  }

  /** Creates what is missing. Rejects with `MEM_FORMAT` if a later release has written here. */
  async prepareToWrite(): Promise<void> {
    this.#prepared ??= this.#prepare();
    await this.#prepared;
  }

  /** Changes nothing. Rejects with `MEM_FORMAT` if a later release has written here. */
  async prepareToRead(): Promise<void> {
    // Does not wait for `#prepared`: on a full disk that fails, and reading works.
    if (!this.#isOurs) this.#isOurs = await checkFormat(this.#path);
  }

  fileOf(tenantId: string, agentId: string): RecordFile {
    return this.#file(this.#tenantFolder(tenantId), agentFile(agentId));
  }

  /** The files of a tenant's agents, in no order. */
  async filesOf(tenantId: string): Promise<RecordFile[]> {
    const folder = this.#tenantFolder(tenantId);
    const entries = await readdir(join(this.#path, folder), { withFileTypes: true }).catch(
      (error: unknown) => {
        if (systemCode(error) === "ENOENT") return [];
        throw error;
      },
    );
    const files: RecordFile[] = [];
    for (const entry of entries) {
      if (!isAgentFile(entry.name)) continue;
      const file = this.#file(folder, entry.name);
      if (entry.isFile()) files.push(file);
      else this.#damage.note({ file: file.label, problem: "not a regular file" });
    }
    return files;
  }

  /** Whether it can be reached and read; one that does not exist yet can. */
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
      if (!(await checkFormat(this.#path))) await createFormat(this.#path);
      this.#isOurs = true;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  #file(folder: string, name: string): RecordFile {
    const label = folder === "" ? name : `${folder}/${name}`;
    // Names are safe as they are, and this is done for each append: no need to normalise.
    return { name, label, path: `${this.#path}/${label}` };
  }

  /** A link in a tenant's place would lead its records to where another tenant's are. */
  #tenantFolder(tenantId: string): string {
    const folder = tenantFolder(tenantId);
    if (folder === "") return folder;
    const path = join(this.#path, folder);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
      throw new MemoryError("MEM_CORRUPT", `${path} is a symbolic link, which is never followed`);
    }
    return folder;
  }
}

function unwell(status: "degraded" | "down", message: string): Pick<Health, "status" | "messages"> {
  return { status, messages: [message] };
}
