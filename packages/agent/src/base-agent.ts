import {
  MemoryError,
  type AgentMemory,
  type JsonCompatible,
  type JsonInput,
  type JsonValue,
  type KeyInput,
  type KeyOutput,
  type MemoryKey,
  type NewExecutionRecord,
  type ReadOptions,
  type SaveOptions,
  type SchemaOutput,
  type SearchHit,
  type SearchOptions,
  type StandardSchema,
} from "@mem/core";
import { recordRun } from "./run-record.ts";

/** Where an agent lives: a memory manager, one of its tenants, or a session. */
export interface AgentHome {
  forAgent(agentId: string): AgentMemory;
  saveExecutionRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
  ): Promise<string>;
}

export interface AgentOptions {
  /** Who the agent is: it names its memory and its records. */
  readonly agentId: string;
  readonly home: AgentHome;
}

export interface RunContext {
  /** Fires when the caller gives up; a run that heeds it is recorded as `cancelled`. */
  readonly signal?: AbortSignal;
  /** Facts about the run, kept in its records. */
  readonly metadata?: { readonly [key: string]: JsonInput };
}

/**
 * An agent with a memory and an audit trail. Extend it and implement `run`; call `execute`.
 *
 * What an agent thinks with is its own business: nothing here knows a model or a framework.
 */
export abstract class BaseAgent<Input = unknown, Output = unknown> {
  readonly agentId: string;
  /** This agent's memory; in a session, its memory within the session. */
  readonly memory: AgentMemory;
  readonly #home: AgentHome;

  constructor(options: AgentOptions) {
    const { agentId, home } = options;
    if (typeof home?.forAgent !== "function") {
      throw new MemoryError(
        "MEM_INVALID_ARGUMENT",
        "options.home has to be a memory or a session",
        {
          path: "options.home",
        },
      );
    }
    this.agentId = agentId;
    this.memory = home.forAgent(agentId);
    this.#home = home;
  }

  /** What the agent does. */
  protected abstract run(input: Input, context: RunContext): Promise<Output>;

  /**
   * Runs the agent and records it: a `started` record before, then `success`, `error` or `cancelled` with the duration.
   *
   * Rejects with what `run` threw. Input and output are kept in the records, so they have to be JSON: a bad input is
   * refused before the run, a bad output ends it with `MEM_NOT_JSON`. A home without execution records runs agents without them.
   */
  async execute(input: Input, context: RunContext = {}): Promise<Output> {
    return recordRun({
      input,
      metadata: context.metadata,
      signal: context.signal,
      run: () => this.run(input, context),
      save: (record) => this.#home.saveExecutionRecord(this.agentId, record),
    });
  }

  /** `memory.save`: stores a value in this agent's memory. */
  protected async saveToMemory<K extends MemoryKey>(
    key: K,
    value: KeyInput<K>,
    options?: SaveOptions,
  ): Promise<boolean>;
  protected async saveToMemory(
    key: string,
    value: JsonValue,
    options?: SaveOptions,
  ): Promise<boolean>;
  protected async saveToMemory<T>(
    key: string,
    value: JsonCompatible<T> & T,
    options?: SaveOptions,
  ): Promise<boolean>;
  protected async saveToMemory(
    key: string | MemoryKey,
    value: unknown,
    options?: SaveOptions,
  ): Promise<boolean> {
    return this.memory.save(key as MemoryKey, value, options);
  }

  /** `memory.retrieve`: a value of this agent's memory, or `undefined`. */
  protected async retrieveFromMemory<K extends MemoryKey>(
    key: K,
    options?: ReadOptions,
  ): Promise<KeyOutput<K> | undefined>;
  protected async retrieveFromMemory<S extends StandardSchema>(
    key: string,
    options: ReadOptions & { readonly schema: S },
  ): Promise<SchemaOutput<S> | undefined>;
  protected async retrieveFromMemory(
    key: string,
    options?: ReadOptions,
  ): Promise<JsonValue | undefined>;
  protected async retrieveFromMemory(
    key: string | MemoryKey,
    options?: ReadOptions,
  ): Promise<unknown> {
    return this.memory.retrieve(key as string, options);
  }

  /** `memory.search`: what the agent kept in long-term memory, or the shared knowledge. */
  protected async searchMemory(query: string, options?: SearchOptions): Promise<SearchHit[]> {
    return this.memory.search(query, options);
  }
}
