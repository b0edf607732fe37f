import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager, type ConversationMessage, type NewMessage } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSession, type ConversationContext, type SessionContext } from "../src/index.ts";
import { calling, result, said } from "./fixtures/messages.ts";

const ids = ["a", "b", "c"] as const;
const anyMessage: fc.Arbitrary<NewMessage> = fc.oneof(
  fc.constantFrom(...["user", "assistant", "system"].map((role) => said(role, ""))),
  fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 }).map((called) => calling(...called)),
  fc.constantFrom(...ids).map((id) => result(id)),
);

/** A message, its weight in tokens, and whether it is deleted after everything is said. */
interface Said {
  readonly message: NewMessage;
  readonly weight: number;
  readonly isDeleted: boolean;
}

const anyWeight = fc.integer({ min: 0, max: 9 });
const conversation = fc.array(
  fc.record<Said>({ message: anyMessage, weight: anyWeight, isDeleted: fc.boolean() }),
  {
    maxLength: 60,
    size: "max",
  },
);
/** A message, or a call directly followed by its results. */
const anyTurn: fc.Arbitrary<Said[]> = fc
  .tuple(
    fc.oneof(
      fc.constant([said("user", "")]),
      fc
        .uniqueArray(fc.constantFrom(...ids), { minLength: 1 })
        .map((called) => [calling(...called), ...called.map((id) => result(id))]),
    ),
    anyWeight,
  )
  .map(([messages, weight]) => messages.map((message) => ({ message, weight, isDeleted: false })));

const weightOf = ({ metadata }: ConversationMessage): number => Number(metadata?.["weight"]);
const isSystem = ({ role }: ConversationMessage): boolean => role === "system";
const total = (messages: readonly ConversationMessage[]): number =>
  messages.reduce((sum, each) => sum + weightOf(each), 0);

async function inSession(
  parts: readonly Said[],
  check: (session: SessionContext, memory: MemoryManager) => Promise<void>,
): Promise<void> {
  await using memory = new MemoryManager({
    shortTerm: createMemoryBackend(),
    maxConversationHistory: 1000,
  });
  await using session = await createSession({ memory });
  await say(session, parts);
  await check(session, memory);
}

async function say(session: SessionContext, parts: readonly Said[]): Promise<void> {
  const deleted: string[] = [];
  for (const { message, weight, isDeleted } of parts) {
    const { id } = await session.addConversationMessage({ ...message, metadata: { weight } });
    if (isDeleted) deleted.push(id);
  }
  for (const id of deleted) await session.deleteMessage(id);
}

/**
 * The specification, as plainly as possible: each result answers the latest earlier call with its id; of the complete
 * groups, the latest that fit are kept.
 */
function specified(
  history: readonly ConversationMessage[],
  maxTokens: number,
  keepSystem: boolean,
): readonly ConversationMessage[] {
  const apart = history.filter((each) => keepSystem && isSystem(each));
  const others = history.filter((each) => !apart.includes(each));
  const groups = others
    .filter(({ toolCallId }) => toolCallId === undefined)
    .map((head) => {
      const results = others.filter((each) => callOf(each, others) === head);
      const answered = new Set(results.map(({ toolCallId }) => toolCallId));
      const isWhole = (head.toolCalls ?? []).every(({ id }) => answered.has(id));
      return { messages: [head, ...results], isWhole };
    })
    .filter(({ isWhole }) => isWhole)
    .toSorted((a, b) => lastOf(b.messages) - lastOf(a.messages));
  const kept = [...apart];
  for (const { messages } of groups) {
    if (total(kept) + total(messages) > maxTokens) break;
    kept.push(...messages);
  }
  return kept.toSorted((a, b) => a.position - b.position);
}

function callOf(
  { toolCallId, position }: ConversationMessage,
  messages: readonly ConversationMessage[],
): ConversationMessage | undefined {
  return messages.findLast(
    (each) => each.position < position && each.toolCalls?.some(({ id }) => id === toolCallId),
  );
}

const lastOf = (messages: readonly ConversationMessage[]): number =>
  Math.max(...messages.map(({ position }) => position));

const countTokens = (text: string, each?: ConversationMessage): number =>
  each === undefined ? text.length : weightOf(each);

async function contextOf(
  session: SessionContext,
  maxTokens: number,
  keepSystem: boolean,
): Promise<ConversationContext> {
  return session.getContext({ maxTokens, keepSystem, countTokens });
}

describe("the context of any conversation", () => {
  it("is the latest whole groups that fit, never more than maxTokens, and counts what it drops", async () => {
    await fc.assert(
      fc.asyncProperty(
        conversation,
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        async (parts, maxTokens, keepSystem) => {
          await inSession(parts, async (session) => {
            const history = await session.getConversationHistory();
            const system = total(history.filter((each) => keepSystem && isSystem(each)));
            const asked = contextOf(session, maxTokens, keepSystem);
            if (system > maxTokens) {
              await expect(asked).rejects.toMatchObject({ code: "MEM_TOO_LARGE" });
              return;
            }
            const { messages, tokens, dropped } = await asked;
            expect(messages).toEqual(specified(history, maxTokens, keepSystem));
            expect(tokens).toBe(total(messages));
            expect(tokens).toBeLessThanOrEqual(maxTokens);
            const left = history.filter(({ id }) => !messages.some((each) => each.id === id));
            expect(dropped).toEqual({
              messages: left.length,
              ...(left.length > 0 && { to: lastOf(left) }),
            });
          });
        },
      ),
      { numRuns: 150 },
    );
  });

  it("is the same for a member that saw the conversation grow as for one that has just joined", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(conversation, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 50 }),
        async (parts, room) => {
          await inSession([], async (session, memory) => {
            for (const part of parts) {
              await say(session, part);
              const history = await session.getConversationHistory();
              const maxTokens = 1 + total(history.filter(isSystem)) + room;
              const { workflowId } = session;
              const member = await createSession({ memory, workflowId, join: "must-exist" });
              expect(await contextOf(session, maxTokens, true)).toEqual(
                await contextOf(member, maxTokens, true),
              );
            }
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it("tells of every message together with its summary, which is told each once and in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anyTurn, { maxLength: 40, size: "max" }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 100, max: 200 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1 }),
        async (parts, maxTokens, lengths) => {
          await inSession([], async (session) => {
            const told: ConversationMessage[] = [];
            let calls = 0;
            for (const part of parts) {
              await say(session, part.flat());
              const { messages, tokens, summary } = await session.getContext({
                maxTokens,
                keepSystem: false,
                countTokens,
                summarize(fallen) {
                  told.push(...fallen);
                  return "x".repeat(lengths[calls++ % lengths.length] ?? 0);
                },
              });
              expect(tokens).toBe(total(messages) + (summary ?? "").length);
              expect(tokens).toBeLessThanOrEqual(maxTokens);
              const positions = told.map(({ position }) => position);
              expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
              const known = new Set([...told, ...messages].map(({ id }) => id));
              const history = await session.getConversationHistory();
              expect(history.filter(({ id }) => !known.has(id))).toEqual([]);
            }
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});
