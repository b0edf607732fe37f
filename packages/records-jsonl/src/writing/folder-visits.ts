import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";
import type { Upkeep } from "./upkeep.ts";

export interface FolderVisitsOptions {
  readonly folder: RecordFolder;
  readonly upkeep: Upkeep;
}

/** Prepares a folder before a file in it is written to. */
export class FolderVisits {
  readonly #options: FolderVisitsOptions;
  readonly #visits = new Map<string, Promise<void>>();

  constructor(options: FolderVisitsOptions) {
    this.#options = options;
  }

  /** Rejects if nothing may be written. */
  async prepare(file: RecordFile): Promise<void> {
    const { folder } = this.#options;
    await folder.prepareToWrite();
    folder.checkPlace(file);
    await this.#visit(file);
  }

  /** The first time, requests upkeep for all rotated files in the folder: a killed process may have left it undone. */
  async #visit(file: RecordFile): Promise<void> {
    const visit = this.#visits.get(file.folder) ?? this.#lookAfterAll(file);
    this.#visits.set(file.folder, visit);
    try {
      await visit;
    } catch (error) {
      this.#visits.delete(file.folder);
      throw error;
    }
  }

  async #lookAfterAll(file: RecordFile): Promise<void> {
    const { folder, upkeep } = this.#options;
    for (const each of await folder.rotatedBeside(file)) upkeep.request(each);
  }
}
