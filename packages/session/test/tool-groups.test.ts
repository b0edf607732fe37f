import type { ConversationMessage, NewMessage } from "@mem/core";
import { describe, expect, it } from "vitest";
import { groupMessages } from "../src/tool-groups.ts";
import { calling, result, said, shown } from "./fixtures/messages.ts";

function groups(...messages: NewMessage[]): readonly (readonly [string, string[]])[] {
  const placed = messages.map((message, i) => ({ ...message, id: `${i}`, position: i + 1 }));
  return groupMessages(placed as unknown as ConversationMessage[]).map(
    ({ state, messages: of }) => [state, shown(of)] as const,
  );
}

describe("messages that belong together", () => {
  it("are a call and all of its results, whatever was said between them", () => {
    const between = said("user", "hurry up");
    expect(
      groups(calling("a", "b"), result("b"), between, result("a"), said("user", "ok")),
    ).toEqual([
      ["whole", ["hurry up"]],
      ["whole", ["call a+b", "result of b", "result of a"]],
      ["whole", ["ok"]],
    ]);
  });

  it("are not whole while a result is to come", () => {
    expect(groups(calling("a", "b"), result("a"))).toEqual([
      ["unanswered", ["call a+b", "result of a"]],
    ]);
    expect(groups(calling("a"))).toEqual([["unanswered", ["call a"]]]);
  });

  it("lack their call where it is not there, or comes later", () => {
    expect(groups(result("a"), calling("a"))).toEqual([
      ["uncalled", ["result of a"]],
      ["unanswered", ["call a"]],
    ]);
  });

  it("are told apart where ids are used again: a result answers the latest call", () => {
    expect(groups(calling("a"), result("a", "1"), calling("a"), result("a", "2"))).toEqual([
      ["whole", ["call a", "1"]],
      ["whole", ["call a", "2"]],
    ]);
    expect(groups(calling("a"), calling("a"), result("a", "2"))).toEqual([
      ["unanswered", ["call a"]],
      ["whole", ["call a", "2"]],
    ]);
  });

  it("are one group where a result is a call itself", () => {
    const nested = { ...calling("b"), ...result("a") } as NewMessage;
    expect(groups(calling("a"), nested, result("b"))).toEqual([
      ["whole", ["call a", "call b", "result of b"]],
    ]);
  });

  it("are a message alone where it is a tool's without an id, or calls nothing", () => {
    expect(
      groups({ role: "tool", content: "x" }, { ...said("assistant", "y"), toolCalls: [] }),
    ).toEqual([
      ["whole", ["x"]],
      ["whole", ["call "]],
    ]);
  });
});
