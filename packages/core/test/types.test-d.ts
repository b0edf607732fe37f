import { expectTypeOf } from "vitest";
import { z } from "zod";
import {
  memoryKey,
  redactSecrets,
  type AgentMemory,
  type AgentRecordStats,
  type Entry,
  type JsonValue,
  type LongTermEntry,
  type Memory,
  type MemoryErasure,
  type MemoryManager,
  type RecordRedaction,
  type Reranker,
  type WatchedChange,
  type Workflow,
} from "../src/index.ts";

declare const memory: Memory;
declare const manager: MemoryManager;
declare const agent: AgentMemory;

interface Campaign {
  name: string;
  budget?: number;
  channels: readonly string[];
}
declare const campaign: Campaign;

// An interface is accepted, including optional properties.
void agent.save("plan", campaign);
void memory.save("strategy", "plan", campaign, { ttl: 60, metadata: { quarter: 1 } });
void agent.save("n", 1);
void agent.save("list", [campaign, campaign]);
void agent.save("nothing", null);

// A value that JSON would change is a compile error at the property.
// @ts-expect-error a Date does not survive JSON
void agent.save("plan", { at: new Date() });
// @ts-expect-error a Map does not survive JSON
void agent.save("plan", { deep: { tags: new Map<string, string>() } });
// @ts-expect-error functions are not data
void agent.save("plan", { run: () => 1 });
// @ts-expect-error undefined is not JSON
void agent.save("plan", undefined);
// @ts-expect-error what is unknown can't be known to be JSON
void agent.save("plan", {} as unknown);

// TTL belongs to short-term memory, text to long-term, and the knowledge can't be written.
void agent.save("a", 1, { memoryType: "long_term", text: "one" });
// @ts-expect-error long-term memory does not expire
void agent.save("a", 1, { memoryType: "long_term", ttl: 5 });
// @ts-expect-error short-term memory is not indexed
void agent.save("a", 1, { text: "one" });
// @ts-expect-error shared knowledge is read-only
void agent.save("a", 1, { memoryType: "shared" });
// @ts-expect-error shared knowledge is read-only
void agent.delete("a", { memoryType: "shared" });

// A type comes from a schema or a typed key, never from a type argument that nothing checks.
expectTypeOf(agent.retrieve("plan")).resolves.toEqualTypeOf<JsonValue | undefined>();
// @ts-expect-error there is no type argument
void agent.retrieve<Campaign>("plan");
const schema = z.object({ name: z.string(), budget: z.number().default(0) });
expectTypeOf(agent.retrieve("plan", { schema })).resolves.toEqualTypeOf<
  { name: string; budget: number } | undefined
>();

const plan = memoryKey("plan", schema);
void agent.save(plan, { name: "Spring" });
// @ts-expect-error the schema wants a name
void agent.save(plan, { budget: 5 });
expectTypeOf(agent.retrieve(plan)).resolves.toEqualTypeOf<
  { name: string; budget: number } | undefined
>();
expectTypeOf(memory.retrieve("strategy", plan)).resolves.toEqualTypeOf<
  { name: string; budget: number } | undefined
>();
expectTypeOf(agent.update(plan, (old) => ({ name: old?.name ?? "new" }))).resolves.toEqualTypeOf<{
  name: string;
  budget: number;
}>();
void agent.update("count", (old) => (typeof old === "number" ? old + 1 : 1));

expectTypeOf(agent.retrieveEntry("plan")).resolves.toEqualTypeOf<Entry | undefined>();
expectTypeOf(agent.retrieveEntry("plan", { memoryType: "long_term" })).resolves.toEqualTypeOf<
  LongTermEntry | undefined
>();
expectTypeOf(agent.save("a", 1)).resolves.toEqualTypeOf<boolean>();

// A handle owns nothing: only the manager can be closed.
void manager.close();
// @ts-expect-error a tenant's memory can't close the manager
void manager.forTenant("acme").close();
expectTypeOf(manager.forTenant("acme").forAgent("a")).toEqualTypeOf<AgentMemory>();

// What was read can be written again, and what is parsed can be saved.
declare const read: JsonValue;
void agent.save("copy", read);
void agent.save("parsed", JSON.parse("{}"));
void agent.update("k", (old) => old ?? 0);
function saveAndReturn<T extends JsonValue>(value: T): T {
  void agent.save("any", value);
  return value;
}
void saveAndReturn;

// Undefined can hide in arrays and dictionaries.
// @ts-expect-error an item may be undefined
void agent.save("k", [1, undefined] as (number | undefined)[]);
// @ts-expect-error a value of a dictionary may be undefined
void agent.save("k", {} as Record<string, number | undefined>);

// Items are checked like values.
void agent.saveMany([
  { key: "a", value: campaign },
  { key: "b", value: [1, 2], ttl: 5 },
]);
// @ts-expect-error a Date does not survive JSON
void agent.saveMany([{ key: "a", value: { at: new Date() } }]);
// @ts-expect-error a schema whose input JSON would change can hold nothing
memoryKey("at", z.object({ at: z.date() }));
// Metadata may be read-only.
const tags = ["spring"] as const;
void agent.save("k", 1, { metadata: { tags } });
// @ts-expect-error only the manager knows other tenants
void manager.forTenant("acme").forTenant("other");

// Options of long-term memory are not options of short-term memory.
void agent.save("k", 1, { memoryType: "long_term", ifNew: true, text: "one" });
// @ts-expect-error short-term memory is not indexed
void agent.save("k", 1, { ifNew: true });
// @ts-expect-error shared knowledge is read-only
void agent.save("k", 1, { memoryType: "shared" });
// @ts-expect-error shared knowledge is read-only
void agent.delete("k", { memoryType: "shared" });
// A reranker that reads texts judges entries and messages alike.
declare const reranker: Reranker;
void agent.search("x", { reranker });
void memory.searchConversation("w", "x", { reranker });
// @ts-expect-error a conversation has one kind of memory
void memory.searchConversation("w", "x", { memoryType: "long_term" });

// The manager has the methods that the memory of any tenant has.
expectTypeOf(manager).toExtend<Memory>();
expectTypeOf(manager.retrieve("a", "plan")).resolves.toEqualTypeOf<JsonValue | undefined>();
expectTypeOf(manager.retrieveEntry("a", "plan")).resolves.toEqualTypeOf<Entry | undefined>();
expectTypeOf(manager.increment("a", "visits")).resolves.toEqualTypeOf<number>();
// @ts-expect-error a Date does not survive JSON
void manager.save("a", "plan", { at: new Date() });

// A call erases one record, one person or one entry, never two of them and never a whole agent.
expectTypeOf(memory.erase({ subject: "person:1" })).resolves.toEqualTypeOf<MemoryErasure>();
void memory.erase({ recordId: "run-1", agentId: "writer" });
// @ts-expect-error an agent alone does not say what to erase
void memory.erase({ agentId: "writer" });

// The totals of records, and redaction.
expectTypeOf(memory.getExecutionStats()).resolves.toEqualTypeOf<AgentRecordStats[]>();
void memory.getExecutionStats({ agentId: "writer", since: new Date(), until: 0 });
// @ts-expect-error stats are of all statuses
void memory.getExecutionStats({ status: "error" });
expectTypeOf(redactSecrets({ names: ["iban"] })).toEqualTypeOf<RecordRedaction>();
const shorter: RecordRedaction = (record) => ({ ...record, input: null });
void shorter;
// @ts-expect-error a record is redacted before its call is
const later: RecordRedaction = async (record) => record;
void later;

// Watching a typed key gives what its schema returns; watching any other key gives JSON.
declare const workflow: Workflow;
const drafted = memoryKey("draft", z.object({ words: z.number().default(0) }));
expectTypeOf(workflow.watch({ key: drafted, agentId: "ann" }).next()).resolves.toExtend<
  IteratorResult<WatchedChange<{ words: number }>, undefined>
>();
expectTypeOf(workflow.watch({ key: "draft" }).next()).resolves.toExtend<
  IteratorResult<WatchedChange, undefined>
>();

// Renewing a claim needs a duration; marking it done takes none.
void workflow.changeClaim({ step: "draft", token: 1, to: "renewed", ttlMs: 1000 });
void workflow.changeClaim({ step: "draft", token: 1, to: "done" });
// @ts-expect-error for how long?
void workflow.changeClaim({ step: "draft", token: 1, to: "renewed" });
// @ts-expect-error a fork is started, never joined
void workflow.fork("f", { join: "if-exists" });
// An interface is accepted as the arguments of a tool call.
void workflow.addMessage({
  role: "assistant",
  content: null,
  toolCalls: [{ id: "c", name: "plan", arguments: campaign }],
});
