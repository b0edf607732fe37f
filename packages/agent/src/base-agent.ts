import {
  checkOptions,
  MemoryError,
  type AgentMemory,
  type JsonCompatible,
  type JsonInput,
  type JsonValue,
  type KeyInput,
  type KeyOutput,
  type MemoryKey,
  type NamesOf,
  type NewExecutionRecord,
  type ReadOptions,
  type SaveOptions,
  type SchemaOutput,
  type SearchHit,
  type SearchOptions,
  type StandardSchema,
} from "@mem/core";
import { recordRun } from "./run-record.ts";

/** Where an agent keeps its memory and records: a manager, one of its tenants, a session, or a claim in a session. */
export interface AgentHome {
  forAgent(agentId: string): AgentMemory;
  saveExecutionRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
  ): Promise<string>;
}

export interface AgentOptions {
  /** Identifies the agent, its memory and its records. */
  readonly agentId: string;
  readonly home: AgentHome;
}

export interface RunContext {
  /** Aborts the run: it is recorded as `cancelled`, and stops if it observes the signal. */
  readonly signal?: AbortSignal;
  /** Facts about the run, kept in its records. */
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** The person the run is about, so that its records can be erased with everything about them. */
  readonly subject?: string;
}

const RUN_CONTEXT: NamesOf<RunContext> = { signal: true, metadata: true, subject: true };

/**
 * An agent with a memory and an audit trail. Extend it, implement `run`, and call `execute`.
 *
 * How an agent thinks is up to you: nothing here knows a model or a framework.
 */
export abstract class BaseAgent<Input = unknown, Output = unknown> {
  readonly agentId: string;
  /** This agent's memory; in a session, its memory within the session. */
  readonly memory: AgentMemory;
  readonly #home: AgentHome;

  constructor(options: AgentOptions) {
    // Unknown names are let be: they may be options of the agent that extends this one.
    if (typeof options?.home?.forAgent !== "function") {
      throw new MemoryError(
        "MEM_INVALID_ARGUMENT",
        "options.home has to be a memory or a session",
        {
          path: "options.home",
        },
      );
    }
    const { agentId, home } = options;
    this.agentId = agentId;
    this.memory = home.forAgent(agentId);
    this.#home = home;
  }

  /** What the agent does. */
  protected abstract run(input: Input, context: RunContext): Promise<Output>;

  /**
   * Runs the agent and records it: `started` before the run, then `success`, `error` or `cancelled` with the duration.
   *
   * Rejects with what `run` threw. When the signal fires, the run is recorded at once as `cancelled`, with the signal's
   * reason as the error; it then has a second to stop and clean up before `execute` rejects with `MEM_ABORTED`. A run
   * that ignores the signal goes on after that, and nobody waits for it. If the signal has fired before, the run does
   * not begin, which is recorded, too.
   *
   * Input and output are stored in the records, so they have to be JSON: bad input is refused before the run, bad
   * output ends it with `MEM_NOT_JSON`. If a successful run cannot be recorded, `execute` rejects with the record
   * store's code and `outcome: "applied"`: the run has done its work. A home without execution records runs agents
   * without recording.
   */
  async execute(input: Input, context: RunContext = {}): Promise<Output> {
    checkOptions(context, RUN_CONTEXT, "context");
    return recordRun({
      input,
      metadata: context.metadata,
      subject: context.subject,
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

  /** `memory.retrieve`: a value in this agent's memory, or `undefined`. */
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

  /** `memory.search`: searches what the agent stored in long-term memory, or the shared knowledge. */
  protected async searchMemory(query: string, options?: SearchOptions): Promise<SearchHit[]> {
    return this.memory.search(query, options);
  }
}
