import { openSharedLog, type SharedLog } from "@mem/append-log";
import type { LongTermEntry, LongTermWrite, Scope, WorkflowRef } from "@mem/core";
import { decodeChange, type Change } from "../src/log/change.ts";
import { rowId } from "../src/table/row.ts";

export type Modelled = Pick<
  LongTermEntry,
  "key" | "value" | "text" | "version" | "createdAt" | "updatedAt"
>;

interface Kept extends Modelled {
  readonly scope: Scope;
  readonly opId: string | undefined;
}

/** A store in the plainest form: a map to which the changes of the log are applied one after the other. */
export class LogModel {
  readonly #entries = new Map<string, Kept>();
  readonly #answers = new Map<unknown, unknown>();
  readonly #cleared = new Map<string, number[]>();
  readonly #past = new Map<string, (Modelled | undefined)[]>();
  #log: SharedLog<void> | undefined;

  /** Follows the log of a store that was just created. */
  static async follow(directory: string): Promise<LogModel> {
    const model = new LogModel();
    model.#log = await openSharedLog({
      directory,
      onFrame: ({ position, payload }) => model.#apply(decodeChange(payload), position),
    });
    return model;
  }

  async catchUp(): Promise<void> {
    await this.#log?.catchUp();
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  /** The expected answer to the change with this mark, or to the one that deleted this key last. */
  answer(of: unknown): unknown {
    return this.#answers.get(of);
  }

  /** The expected answers to the clearings of this place so far, sorted. */
  cleared(place: Scope | WorkflowRef): number[] {
    return (this.#cleared.get(JSON.stringify(place)) ?? []).toSorted((a, b) => a - b);
  }

  get(scope: Scope, key: string): Modelled | undefined {
    return modelled(this.#entries.get(rowId(scope, key)));
  }

  /** How often the entry has changed so far. */
  age(scope: Scope, key: string): number {
    return this.#past.get(rowId(scope, key))?.length ?? 0;
  }

  /** The states of the entry from an age on. */
  since(scope: Scope, key: string, age: number): (Modelled | undefined)[] {
    const past = this.#past.get(rowId(scope, key)) ?? [];
    return age === 0 ? [undefined, ...past] : past.slice(age - 1);
  }

  in(scope: Scope): Modelled[] {
    const found = [...this.#entries.values()].filter((each) => isSame(each.scope, scope));
    return found.map((each) => modelled(each) as Modelled);
  }

  get size(): number {
    return this.#entries.size;
  }

  #apply(change: Change, position: string): void {
    switch (change.kind) {
      case "save": {
        const { scope, at, writes } = change;
        const saved = writes.map((write, i) => this.#save(scope, write, at, `${position}.${i}`));
        this.#answers.set(markOf(writes), saved);
        return;
      }
      case "restore": {
        const stored = change.entries.map(({ scope, write, createdAt, updatedAt }, i) => {
          const id = rowId(scope, write.key);
          if (change.onlyAbsent && this.#entries.has(id)) return false;
          this.#set(id, keep(scope, write, `${position}.${i}`, createdAt, updatedAt));
          return true;
        });
        const count = stored.filter(Boolean).length;
        this.#answers.set(change.entries[0]?.write.value, count);
        return;
      }
      case "delete":
        this.#answers.set(
          change.removals.at(-1)?.key,
          change.removals.map(({ key, ifVersion }) => {
            const id = rowId(change.scope, key);
            const present = this.#entries.get(id);
            if (present === undefined) return false;
            if (ifVersion !== undefined && present.version !== ifVersion) return false;
            this.#set(id, undefined);
            return true;
          }),
        );
        return;
      case "clear":
        this.#remove(change.scope, ({ scope }) => isSame(scope, change.scope));
        return;
      case "clear-workflow": {
        const { tenantId, workflowId } = change.workflow;
        this.#remove(
          change.workflow,
          ({ scope }) => scope.tenantId === tenantId && scope.workflowId === workflowId,
        );
        return;
      }
      case "flushed":
    }
  }

  #save(scope: Scope, write: LongTermWrite, at: number, version: string): unknown {
    const { opId, ifAbsent, ifNew, ifVersion } = write;
    const id = rowId(scope, write.key);
    const present = this.#entries.get(id);
    if (present !== undefined && opId !== undefined && present.opId === opId) {
      return { stored: true, version: present.version };
    }
    const isTaken = ifAbsent === true && present !== undefined;
    const isKnown =
      ifNew === true &&
      this.in(scope).some(({ value, text }) => value === write.value && text === write.text);
    if (isTaken || isKnown || (ifVersion !== undefined && ifVersion !== present?.version)) {
      return { stored: false, ...(present && { version: present.version }) };
    }
    this.#set(id, keep(scope, write, version, present?.createdAt ?? at, at));
    return { stored: true, version };
  }

  #remove(place: Scope | WorkflowRef, isMeant: (kept: Kept) => boolean): void {
    const removed = [...this.#entries].filter(([, kept]) => isMeant(kept));
    for (const [id] of removed) this.#set(id, undefined);
    const name = JSON.stringify(place);
    this.#cleared.set(name, [...(this.#cleared.get(name) ?? []), removed.length]);
  }

  #set(id: string, kept: Kept | undefined): void {
    if (kept === undefined) this.#entries.delete(id);
    else this.#entries.set(id, kept);
    const past = this.#past.get(id) ?? [];
    past.push(modelled(kept));
    this.#past.set(id, past);
  }
}

function keep(
  scope: Scope,
  { key, value, text, opId }: LongTermWrite,
  version: string,
  createdAt: number,
  updatedAt: number,
): Kept {
  return { scope, key, value, text, version, createdAt, updatedAt, opId };
}

/** What identifies a change of several writes. */
export function markOf(writes: readonly LongTermWrite[]): unknown {
  return writes[0]?.metadata?.["mark"];
}

export function modelled(entry: Modelled | undefined): Modelled | undefined {
  if (entry === undefined) return undefined;
  const { key, value, text, version, createdAt, updatedAt } = entry;
  return { key, value, text, version, createdAt, updatedAt };
}

function isSame(one: Scope, other: Scope): boolean {
  return rowId(one, "") === rowId(other, "");
}
