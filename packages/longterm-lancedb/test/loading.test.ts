import { access } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { Child } from "./child-process.ts";
import { storeFolder } from "./fixtures.ts";

describe("a store that was made", () => {
  it("loads the native code with its first call, and lets the process end without being closed", async () => {
    const child = new Child("load", await storeFolder());
    expect(await child.ended()).toBe(0);
    expect(child.lines).toEqual(["false", "false", "true"]);
    expect(child.errors).toBe("");
  });

  it("creates nothing before its first call", async () => {
    const uri = await storeFolder();
    const store = createLanceDbStore({ uri });
    expect((await store.health()).status).toBe("ok");
    await store.close();
    await expect(access(uri)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it.each(["memory://", "file:///tmp/x", "https://example.com/x"])("refuses %s", (uri) => {
    expect(() => createLanceDbStore({ uri })).toThrow(
      expect.objectContaining({ code: "MEM_UNSUPPORTED", path: "options.uri" }),
    );
  });

  it.each(["", undefined, 7])("refuses %j as its folder", (uri) => {
    expect(() => createLanceDbStore({ uri: uri as string })).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options.uri" }),
    );
  });
});
