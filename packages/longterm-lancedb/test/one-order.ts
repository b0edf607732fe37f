import {
  createHashingEmbedder,
  systemClock,
  type Clock,
  type LongTermStore,
  type LongTermWrite,
  type PortableEntry,
  type Removal,
  type Scope,
  type WorkflowRef,
} from "@mem/core";
import {
  array,
  boolean,
  constant,
  constantFrom,
  integer,
  oneof,
  option,
  record,
  uniqueArray,
  type Arbitrary,
} from "fast-check";
import { expect } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { locate } from "../src/location.ts";
import { rowId } from "../src/row.ts";
import { LogModel, modelled } from "./log-model.ts";

const HANDLES = 3;
const KEYS = ["a", "b", "c", "d", "e", "it's"];
const SCOPES: readonly Scope[] = [
  { tenantId: "acme", agentId: "writer" },
  { tenantId: "acme", agentId: "writer", workflowId: "w" },
  { tenantId: "acme", workflowId: "w" },
  { tenantId: "other", agentId: "writer" },
];

/** A condition on the version that the entry has when the step begins, or on one that it never had. */
type VersionCondition = "present" | "wrong" | undefined;

interface Put {
  readonly key: string;
  readonly text: string;
  readonly opId: string | undefined;
  readonly ifAbsent: boolean;
  readonly ifVersion: VersionCondition;
}

export type Step = { readonly handle: number; readonly scope: Scope } & (
  | { readonly kind: "save"; readonly puts: readonly Put[] }
  | { readonly kind: "restore"; readonly puts: readonly Put[]; readonly onlyAbsent: boolean }
  | { readonly kind: "delete"; readonly keys: readonly string[]; ifVersion: VersionCondition }
  | { readonly kind: "get"; readonly keys: readonly string[] }
  | { readonly kind: "clear" | "clear-workflow" | "flush" | "reopen" | "walk" }
);

const handle = integer({ min: 0, max: HANDLES - 1 });
const scope = constantFrom(...SCOPES);
const key = constantFrom(...KEYS);
const keys = uniqueArray(key, { minLength: 1, maxLength: 3 });
const ifVersion = constantFrom<VersionCondition>(undefined, undefined, "present", "wrong");
const put = record({
  key,
  text: constantFrom("", "autumn", "winter plan"),
  opId: option(constantFrom("op-1", "op-2"), { nil: undefined, freq: 3 }),
  ifAbsent: boolean(),
  ifVersion,
});
const puts = uniqueArray(put, { minLength: 1, maxLength: 3, selector: (each) => each.key });

const step: Arbitrary<Step> = oneof(
  { weight: 12, arbitrary: record({ handle, scope, kind: constant("save"), puts }) },
  { weight: 4, arbitrary: record({ handle, scope, kind: constant("delete"), keys, ifVersion }) },
  { weight: 4, arbitrary: record({ handle, scope, kind: constant("get"), keys }) },
  {
    weight: 1,
    arbitrary: record({ handle, scope, kind: constant("restore"), puts, onlyAbsent: boolean() }),
  },
  {
    weight: 1,
    arbitrary: record({ handle, scope, kind: constantFrom("clear", "clear-workflow") }),
  },
  { weight: 3, arbitrary: record({ handle, scope, kind: constant("flush") }) },
  { weight: 1, arbitrary: record({ handle, scope, kind: constantFrom("walk", "reopen") }) },
) as Arbitrary<Step>;

/** Rounds of steps; those of one round are begun at the same time. */
export function rounds(atMost: number): Arbitrary<Step[][]> {
  return array(array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: atMost });
}

/** Several handles on one folder, beside the plain model of its log. */
export class Replicas implements AsyncDisposable {
  readonly #uri: string;
  readonly #clock: Clock;
  readonly #withVectors: boolean;
  readonly #handles: LongTermStore[] = [];
  #model: LogModel | undefined;
  #time = 0;
  #value = 0;
  #marks = 0;
  readonly #cleared = new Map<string, number[]>();

  private constructor(uri: string, withVectors: boolean) {
    this.#uri = uri;
    this.#withVectors = withVectors;
    // A time for each change.
    this.#clock = { ...systemClock, now: () => ++this.#time };
  }

  static async open(uri: string, withVectors: boolean): Promise<Replicas> {
    const replicas = new Replicas(uri, withVectors);
    for (let i = 0; i < HANDLES; i++) replicas.#handles.push(replicas.#openHandle());
    await replicas.#at(0).count(SCOPES[0] as Scope);
    replicas.#model = await LogModel.follow(locate(uri).log);
    return replicas;
  }

  /** Takes all steps of a round at once, and checks what they were answered and what every handle sees then. */
  async take(steps: readonly Step[]): Promise<void> {
    const { model } = this;
    const checks = await Promise.all(steps.map((each) => this.#begin(each)));
    await model.catchUp();
    for (const check of checks) check();
    await Promise.all(this.#handles.map((store) => this.#expectModel(store)));
  }

  /** That every handle is sound, and a new one sees the same. */
  async expectSound(): Promise<void> {
    const { model } = this;
    await this.#reopen(0);
    for (const store of this.#handles) {
      await store.flush();
      await this.#expectModel(store);
      expect(await store.verify()).toEqual({ entries: model.size, problems: [] });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#handles.map((store) => store.close()));
    await this.#model?.close();
  }

  get model(): LogModel {
    return this.#model ?? expect.fail("it is not open");
  }

  /** Resolves, when the step was answered, with what checks the answer. */
  async #begin(one: Step): Promise<() => void> {
    const { model } = this;
    const store = this.#at(one.handle);
    const { scope: place } = one;
    switch (one.kind) {
      case "save": {
        const writes = this.#writes(one.puts, place);
        const answer = await store.save(place, writes);
        return () => expect(answer, "save").toEqual(model.answer(writes[0]?.value));
      }
      case "restore": {
        const options = { ifExists: one.onlyAbsent ? "skip" : "replace" } as const;
        const entries = this.#portable(one.puts, place);
        const { stored } = await store.restore(entries, options);
        return () => expect(stored, "restore").toBe(model.answer(entries[0]?.entry.value));
      }
      case "delete": {
        // Nothing is there, but the model knows the change by it.
        const mark = `nothing ${this.#marks++}`;
        const removals = this.#removals(one.keys, place, one.ifVersion);
        const answer = await store.delete(place, [...removals, { key: mark }]);
        return () => expect(answer, "delete").toEqual(model.answer(mark));
      }
      case "clear":
        return this.#clear(place, await store.clear(place));
      case "clear-workflow": {
        const workflow = { tenantId: place.tenantId, workflowId: "w" };
        return this.#clear(workflow, await store.clearWorkflow(workflow));
      }
      case "get": {
        const ages = one.keys.map((each) => model.age(place, each));
        const answer = await store.get(place, one.keys);
        return () => {
          for (const [i, each] of one.keys.entries()) {
            const possible = model.since(place, each, ages[i] ?? 0);
            expect(possible, `get ${each}`).toContainEqual(modelled(answer[i]));
          }
        };
      }
      case "walk":
        return await this.#walk(store);
      case "flush":
        await store.flush().catch(rejectUnlessClosed);
        return () => undefined;
      case "reopen":
        await this.#reopen(one.handle);
        return () => undefined;
    }
  }

  #clear(place: Scope | WorkflowRef, removed: number): () => void {
    const name = JSON.stringify(place);
    const all = [...(this.#cleared.get(name) ?? []), removed];
    this.#cleared.set(name, all);
    return () => expect(this.#cleared.get(name)?.toSorted()).toEqual(this.model.cleared(place));
  }

  /** Each entry is as it was at some time of the walk, and none comes twice. */
  async #walk(store: LongTermStore): Promise<() => void> {
    const { model } = this;
    const ages = SCOPES.map((place) => KEYS.map((name) => model.age(place, name)));
    const found: PortableEntry[] = [];
    try {
      for await (const batch of store.entries()) found.push(...batch);
    } catch (error) {
      rejectUnlessClosed(error);
      return () => undefined;
    }
    return () => {
      for (const [i, place] of SCOPES.entries()) {
        for (const [j, name] of KEYS.entries()) {
          const those = found.filter(
            ({ scope: of, entry }) => entry.key === name && rowId(of, name) === rowId(place, name),
          );
          const possible = model.since(place, name, ages[i]?.[j] ?? 0);
          expect(those.length, `walk ${name}`).toBeLessThanOrEqual(1);
          expect(possible.map((each) => each?.value)).toContain(those[0]?.entry.value);
        }
      }
    };
  }

  async #expectModel(store: LongTermStore): Promise<void> {
    const { model } = this;
    for (const place of SCOPES) {
      const expected = model.in(place).toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const { items } = await store.list(place, { limit: 100 });
      expect(items.map(modelled)).toEqual(expected);
      expect(await store.count(place)).toBe(expected.length);
      const got = await store.get(place, KEYS);
      expect(got.map(modelled)).toEqual(KEYS.map((each) => model.get(place, each)));
    }
  }

  /** What is under way on the old handle ends as it would have. */
  async #reopen(index: number): Promise<void> {
    const before = this.#at(index);
    this.#handles[index] = this.#openHandle();
    await before.close();
  }

  #openHandle(): LongTermStore {
    return createLanceDbStore({
      uri: this.#uri,
      clock: this.#clock,
      ...(this.#withVectors && { embedder: createHashingEmbedder({ dimensions: 8 }) }),
    });
  }

  #at(index: number): LongTermStore {
    return this.#handles[index] ?? expect.fail("there is no such handle");
  }

  #writes(all: readonly Put[], place: Scope): LongTermWrite[] {
    return all.map(({ key: name, text, opId, ifAbsent, ifVersion: condition }) => {
      const expected = this.#version(place, name, condition);
      return {
        key: name,
        value: this.#value++,
        text,
        source: "agent",
        ...(opId !== undefined && { opId }),
        ...(expected !== undefined ? { ifVersion: expected } : ifAbsent && { ifAbsent }),
      };
    });
  }

  #removals(names: readonly string[], place: Scope, condition: VersionCondition): Removal[] {
    return names.map((name) => {
      const expected = this.#version(place, name, condition);
      return { key: name, ...(expected !== undefined && { ifVersion: expected }) };
    });
  }

  #portable(all: readonly Put[], place: Scope): PortableEntry[] {
    return all.map(({ key: name, text, opId }) => {
      const times = { createdAt: 5, updatedAt: 7 };
      const entry = { key: name, value: this.#value++, text, source: "agent", ...times } as const;
      return { scope: place, entry, ...(opId !== undefined && { opId }) };
    });
  }

  #version(place: Scope, name: string, condition: VersionCondition): string | undefined {
    if (condition === undefined) return undefined;
    return condition === "wrong" ? "never" : this.model.get(place, name)?.version;
  }
}

/** A handle may be closed while it flushes or walks: what it had not written yet, others write. */
function rejectUnlessClosed(error: unknown): void {
  if ((error as { code?: string }).code !== "MEM_CLOSED") throw error;
}
