import { checkFields } from "../checks.ts";
import { copyJson, copyJsonObject } from "../copy-json.ts";
import { invalid, MemoryError } from "../errors.ts";
import type { JsonLimits, JsonObject, JsonValue } from "../json.ts";
import { checkId, MAX_ID_LENGTH } from "../scope.ts";
import type { LogWrite } from "../short-term-backend.ts";
import {
  GIVEN_TO_MESSAGE,
  MESSAGE_CHANGE,
  messageTies,
  NEW_MESSAGE,
  type MessageChange,
  type NewMessage,
  type StoredMessage,
} from "./message.ts";

/** Half the length of an id: the key of a kept message also contains its lifetime. */
const MAX_MESSAGE_ID_LENGTH = MAX_ID_LENGTH / 2;
/** A log item has at most 64 ties, and a message with calls may also be a result. */
const MAX_TOOL_CALLS = 63;

/** A checked copy of a message, which belongs to the library. */
export function prepareMessage(message: NewMessage, limits: JsonLimits): LogWrite {
  checkFields(message, NEW_MESSAGE, "message", GIVEN_TO_MESSAGE);
  const { id, role, content, agentId, metadata, toolCalls, toolCallId, subject } = message;
  const value: JsonObject = {
    role: checkId(role, "message.role"),
    content: copyJson(content, "message.content", limits),
  };
  if (agentId !== undefined) value["agentId"] = checkId(agentId, "message.agentId");
  if (metadata !== undefined) {
    value["metadata"] = copyJsonObject(metadata, "message.metadata", limits);
  }
  if (toolCalls !== undefined) value["toolCalls"] = copyToolCalls(toolCalls, limits);
  if (toolCallId !== undefined) value["toolCallId"] = checkToolCallId(toolCallId, role);
  if (subject !== undefined) value["subject"] = checkId(subject, "message.subject");
  const named = { id: id === undefined ? crypto.randomUUID() : checkMessageId(id), value };
  if (toolCalls === undefined && toolCallId === undefined) return named;
  return { ...named, ties: messageTies(value as unknown as StoredMessage) };
}

/** A checked copy of the changes to a message. */
export function prepareChange(change: MessageChange, limits: JsonLimits): JsonObject {
  checkFields(change, MESSAGE_CHANGE, "change");
  const { content, metadata } = change;
  if (content === undefined && metadata === undefined) {
    throw invalid("change", "changes nothing; give it content or metadata");
  }
  return {
    ...(content !== undefined && { content: copyJson(content, "change.content", limits) }),
    ...(metadata !== undefined && {
      metadata: copyJsonObject(metadata, "change.metadata", limits),
    }),
  };
}

export function checkMessageId(id: string, path: string = "message.id"): string {
  if (checkId(id, path).length <= MAX_MESSAGE_ID_LENGTH) return id;
  throw new MemoryError(
    "MEM_TOO_LARGE",
    `${path} is longer than ${MAX_MESSAGE_ID_LENGTH} characters`,
    { path },
  );
}

function copyToolCalls(calls: unknown, limits: JsonLimits): JsonValue {
  const path = "message.toolCalls";
  if (!Array.isArray(calls)) throw invalid(path, "has to be an array");
  if (calls.length > MAX_TOOL_CALLS) {
    throw new MemoryError("MEM_TOO_LARGE", `${path} has more than ${MAX_TOOL_CALLS} calls`, {
      path,
    });
  }
  const copies = calls.map((call, i) => copyJsonObject(call, `${path}[${i}]`, limits));
  const ids = new Set<string>();
  for (const [i, { id, name }] of copies.entries()) {
    if (ids.has(checkId(id, `${path}[${i}].id`))) {
      throw invalid(`${path}[${i}].id`, "occurs twice in one message");
    }
    ids.add(id as string);
    if (name !== undefined) checkId(name, `${path}[${i}].name`);
  }
  return copies;
}

function checkToolCallId(toolCallId: string, role: string): string {
  if (role === "tool") return checkId(toolCallId, "message.toolCallId");
  throw invalid("message.toolCallId", 'is said of a result, whose role has to be "tool"');
}
