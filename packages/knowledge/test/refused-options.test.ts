import { createJsonStore } from "@mem/longterm-json";
import { describe, expect, it } from "vitest";
import { createKnowledge, ingestKnowledge, putDocuments, removeDocuments } from "../src/index.ts";

// Nothing is read or written here, so there is no such file.
const store = createJsonStore({ path: "unused.json" });
/** The methods of a memory that a store has, too. */
const memory = { save() {}, delete() {}, list() {}, erase() {}, flush() {}, close() {} };

describe.each<[string, (options: never) => unknown, object]>([
  ["createKnowledge", createKnowledge, { store }],
  ["ingestKnowledge", ingestKnowledge, { store, documents: [] }],
  ["putDocuments", putDocuments, { store, documents: [] }],
  ["removeDocuments", removeDocuments, { store, ids: [] }],
])("%s", (_, call, options) => {
  it.each<[string, unknown, string]>([
    ["nothing", undefined, "options"],
    ["null", null, "options"],
    ["a name that nobody reads", { ...options, tenantID: "acme" }, "options.tenantID"],
    ["no store", { ...options, store: undefined }, "options.store"],
    ["a memory as store", { ...options, store: memory }, "options.store"],
  ])("refuses %s", async (__, given, path) => {
    const calling = (async () => call(given as never))();
    await expect(calling).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT", path });
  });
});
