import type { Table } from "@lancedb/lancedb";
import type { Scope } from "@mem/core";
import type { Base } from "../table/base.ts";
import { contentFacet } from "../table/facets.ts";
import { rowId } from "../table/row.ts";
import { all, columnIn, hasFacet, inScope } from "../table/sql.ts";

/** Whether a scope has an entry with this content. */
export interface ContentQuestion {
  readonly scope: Scope;
  readonly content: string;
}

/** If there are more answers, they are dropped when nobody waits for them. */
const REMEMBERED = 100_000;
const ASKED_AT_ONCE = 1_000;

/** For a table that stays at one version. */
export function contentsOf(table: Table): StoredContents {
  return new StoredContents({ version: 0, use: (query) => query(table, 0) });
}

/** Which rows of the table have a content, as needed to judge `ifNew`. */
export class StoredContents {
  readonly #base: Pick<Base, "use" | "version">;
  /** The ids of the rows, by scope and content. */
  readonly #known = new Map<string, string[]>();
  /** Version of the table that the answers are about. */
  #version = -1;

  constructor(base: Pick<Base, "use" | "version">) {
    this.#base = base;
  }

  /** The ids of the rows that have it, including rows that no longer count; `undefined`: not looked up yet. */
  known({ scope, content }: ContentQuestion): readonly string[] | undefined {
    this.#forgetOthers();
    return this.#known.get(rowId(scope, content));
  }

  /** Looks up the answers; `known` then returns them until the table changes. */
  async learn(questions: Iterable<ContentQuestion>): Promise<void> {
    const scopes = new Map<string, { readonly scope: Scope; readonly contents: Set<string> }>();
    for (const { scope, content } of questions) {
      const name = rowId(scope, "");
      const asked = scopes.get(name) ?? { scope, contents: new Set() };
      asked.contents.add(content);
      scopes.set(name, asked);
    }
    for (const { scope, contents } of scopes.values()) {
      const asked = [...contents];
      for (let i = 0; i < asked.length; i += ASKED_AT_ONCE) {
        await this.#learn(scope, asked.slice(i, i + ASKED_AT_ONCE));
      }
    }
  }

  /** Call this when nobody waits for an answer. */
  trim(): void {
    if (this.#known.size > REMEMBERED) this.#known.clear();
  }

  #learn(scope: Scope, contents: readonly string[]): Promise<void> {
    return this.#base.use(async (table, version) => {
      const rows: { id: string; content: string }[] = await table
        .query()
        .where(
          all(inScope(scope), hasFacet(contents.map(contentFacet)), columnIn("content", contents)),
        )
        .select(["id", "content"])
        .toArray();
      if (version !== this.#base.version) return;
      this.#forgetOthers();
      for (const content of contents) this.#known.set(rowId(scope, content), []);
      for (const { id, content } of rows) this.#known.get(rowId(scope, content))?.push(id);
    });
  }

  #forgetOthers(): void {
    if (this.#version === this.#base.version) return;
    this.#version = this.#base.version;
    this.#known.clear();
  }
}
