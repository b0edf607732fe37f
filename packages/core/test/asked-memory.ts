import {
  createManualClock,
  MemoryManager,
  type Knowledge,
  type LongTermStore,
  type ManualClock,
  type SearchHit,
  type SearchRequest,
  type ShortTermBackend,
} from "../src/index.ts";

/** One call that reached a backend. */
export interface Asked {
  readonly backend: "shortTerm" | "longTerm" | "knowledge";
  readonly method: string;
  readonly args: readonly unknown[];
}

const nothing = (): unknown[] => [];

type Answers = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface AskedMemory {
  readonly memory: MemoryManager;
  readonly asked: Asked[];
  readonly clock: ManualClock;
}

/** A memory on backends that give these answers and remember what they were asked. */
export function openAsked(
  answers: {
    readonly shortTerm?: Answers;
    readonly longTerm?: Answers;
    readonly knowledge?: Answers;
  } = {},
): AskedMemory {
  const asked: Asked[] = [];
  const clock = createManualClock();
  const backend = (name: Asked["backend"], own: Answers): object =>
    Object.fromEntries(
      Object.entries(own).map(([method, answer]) => [
        method,
        async (...args: never[]) => {
          asked.push({ backend: name, method, args });
          return answer(...args);
        },
      ]),
    );
  const memory = new MemoryManager({
    clock,
    shortTerm: {
      capabilities: { durability: "process", shared: false },
      ...backend("shortTerm", {
        save: nothing,
        get: nothing,
        delete: nothing,
        append: nothing,
        increment: nothing,
        startWorkflow: nothing,
        ...answers.shortTerm,
      }),
    } as ShortTermBackend,
    longTerm: {
      capabilities: { durability: "process", shared: false, vector: false, history: false },
      ...backend("longTerm", {
        save: nothing,
        get: nothing,
        delete: nothing,
        search: nothing,
        erase: nothing,
        ...answers.longTerm,
      }),
    } as LongTermStore,
    knowledge: backend("knowledge", {
      get: nothing,
      list: () => ({ items: [] }),
      search: nothing,
      ...answers.knowledge,
    }) as Knowledge,
  });
  return { memory, asked, clock };
}

/** The requests that reached a search, in order. */
export function requests(asked: readonly Asked[]): SearchRequest[] {
  return asked
    .filter(({ method }) => method === "search")
    .map(({ args }) => args[1] as SearchRequest);
}

/** A hit of an agent's memory, with the fields that a test cares about. */
export function hit(key: string, score: number, own: Partial<SearchHit> = {}): SearchHit {
  const text = own.text ?? `text of ${key}`;
  return {
    key,
    value: text,
    version: "1",
    createdAt: 0,
    updatedAt: 0,
    source: "agent",
    agentId: "ann",
    text,
    score,
    scores: { keyword: score },
    passage: { text, start: 0, end: text.length, headings: [] },
    snippet: text,
    matched: [],
    ...own,
  };
}
