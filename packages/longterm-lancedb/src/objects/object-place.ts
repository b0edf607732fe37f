import type { LanguageName } from "@mem/search";
import type { Engine, Place } from "../store/engine.ts";
import { ObjectDatabase } from "./object-database.ts";
import { ObjectDescription } from "./object-description.ts";
import { ObjectEngine, type ObjectEngineOptions } from "./object-engine.ts";
import { objectError } from "./object-error.ts";
import type { CurrentEmbedder } from "../vectors/current-embedder.ts";
import { analyzerOf } from "../folder/opened-store.ts";

export interface ObjectPlaceOptions extends Omit<ObjectEngineOptions, "analyzer" | "takesForeign"> {
  readonly language: LanguageName;
}

/** A path in an object store. */
export class ObjectPlace implements Place {
  readonly durability = "server";
  readonly embedder: CurrentEmbedder;
  readonly #options: ObjectPlaceOptions;
  #wasOpen = false;

  constructor(options: ObjectPlaceOptions) {
    this.#options = options;
    this.embedder = options.embedder;
  }

  get name(): string {
    return this.#options.location.uri;
  }

  async exists(): Promise<boolean> {
    const database = await this.#connect();
    try {
      return (await new ObjectDescription(database).read()) !== undefined;
    } catch (error) {
      throw objectError(error, this.name, "not-applied");
    } finally {
      await database.close();
    }
  }

  /** Only a write shows whether writing is allowed there. */
  async refusal(): Promise<undefined> {}

  async open(): Promise<Engine> {
    const { language, ...options } = this.#options;
    const analyzer = await analyzerOf(language);
    // If another machine gives the store another embedder, a process that had it open goes on by keyword.
    const engine = await ObjectEngine.open({ ...options, analyzer, takesForeign: this.#wasOpen });
    this.#wasOpen = true;
    return engine;
  }

  async #connect(): Promise<ObjectDatabase> {
    try {
      return await ObjectDatabase.connect(this.#options.location);
    } catch (error) {
      throw objectError(error, this.name, "not-applied");
    }
  }
}
