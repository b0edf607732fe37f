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
import { expect } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { locate } from "../src/folder/location.ts";
import { rowId } from "../src/table/row.ts";
import { LogModel, markOf, modelled } from "./log-model.ts";
import { HANDLES, KEYS, SCOPES, type Put, type Step, type VersionCondition } from "./steps.ts";

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
    // A time of its own for each change.
    this.#clock = { ...systemClock, now: () => ++this.#time };
  }

  static async open(uri: string, withVectors: boolean): Promise<Replicas> {
    const replicas = new Replicas(uri, withVectors);
    for (let i = 0; i < HANDLES; i++) replicas.#handles.push(replicas.#openHandle());
    await replicas.#at(0).count(SCOPES[0] as Scope);
    replicas.#model = await LogModel.follow(locate(uri).log);
    return replicas;
  }

  /** Takes all steps of a round at once; checks their answers, and what every handle then sees. */
  async take(steps: readonly Step[]): Promise<void> {
    const { model } = this;
    const checks = await Promise.all(steps.map((each) => this.#begin(each)));
    await model.catchUp();
    for (const check of checks) check();
    await Promise.all(this.#handles.map((store) => this.#expectModel(store)));
  }

  /** Expects every handle to be sound, and a new one to see the same. */
  async expectSound(): Promise<void> {
    const { model } = this;
    await this.#reopen(0);
    for (const store of this.#handles) {
      await store.flush();
      await this.#expectModel(store);
      expectSame(await store.verify(), { entries: model.size, problems: [] });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#handles.map((store) => store.close()));
    await this.#model?.close();
  }

  get model(): LogModel {
    return this.#model ?? expect.fail("it is not open");
  }

  /** Resolves once the step is answered, with a function that checks the answer. */
  async #begin(one: Step): Promise<() => void> {
    const { model } = this;
    const store = this.#at(one.handle);
    const { scope: place } = one;
    switch (one.kind) {
      case "save": {
        const writes = this.#writes(one.puts, place);
        const answer = await store.save(place, writes);
        return () => expectSame(answer, model.answer(markOf(writes)));
      }
      case "restore": {
        const options = { ifExists: one.onlyAbsent ? "skip" : "replace" } as const;
        const entries = this.#portable(one.puts, place);
        const { stored } = await store.restore(entries, options);
        return () => expectSame(stored, model.answer(entries[0]?.entry.value));
      }
      case "delete": {
        // There is no such entry, but the model knows the change by its key.
        const mark = `nothing ${this.#marks++}`;
        const removals = this.#removals(one.keys, place, one.ifVersion);
        const answer = await store.delete(place, [...removals, { key: mark }]);
        return () => expectSame(answer, model.answer(mark));
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
            expectOneOf(modelled(answer[i]), possible);
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
    return () =>
      expectSame(
        this.#cleared.get(name)?.toSorted((a, b) => a - b),
        this.model.cleared(place),
      );
  }

  /** Expects each entry to be as it was at some time during the walk, and none to come twice. */
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
          expectSame(those.slice(1), []);
          expectOneOf(
            those[0]?.entry.value,
            possible.map((each) => each?.value),
          );
        }
      }
    };
  }

  async #expectModel(store: LongTermStore): Promise<void> {
    const { model } = this;
    for (const place of SCOPES) {
      const expected = model.in(place).toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const { items } = await store.list(place, { limit: 100 });
      expectSame(items.map(modelled), expected);
      expectSame(await store.count(place), expected.length);
      const got = await store.get(place, KEYS);
      expectSame(
        got.map(modelled),
        KEYS.map((each) => model.get(place, each)),
      );
    }
  }

  /** Calls under way on the old handle end as they would have. */
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
    return all.map(({ key: name, text, opId, ifAbsent, ifNew, ifVersion: condition }) => {
      const expected = this.#version(place, name, condition);
      const mark = this.#value++;
      return {
        key: name,
        // Some contents recur.
        value: mark % 2 === 0 ? 0 : mark,
        text,
        metadata: { mark },
        ...(ifNew && { ifNew }),
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

/** A handle may be closed while it flushes or walks; other handles write what it has not. */
function rejectUnlessClosed(error: unknown): void {
  if ((error as { code?: string }).code !== "MEM_CLOSED") throw error;
}

function expectSame(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

function expectOneOf(actual: unknown, possible: readonly unknown[]): void {
  expect(possible).toContainEqual(actual);
}
