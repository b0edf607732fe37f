import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { saveOne, valueOf, write, WRITER } from "./samples.ts";

export function reportsItsCondition(open: Opened): void {
  describe("health and capabilities", () => {
    it("has a name and says what an acknowledged write survives", async () => {
      const { backend } = await open();
      expect(backend.name).toMatch(/\S/);
      expect(["process", "server", "disk"]).toContain(backend.capabilities.durability);
      expect(backend.capabilities.shared).toEqual(expect.any(Boolean));
    });

    it("reports its health, and changes nothing by it", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan"));
      expect(await backend.health()).toEqual({
        status: "ok",
        backend: backend.name,
        durability: backend.capabilities.durability,
        messages: expect.any(Array),
        details: expect.any(Object),
      });
      expect(await valueOf(backend, WRITER, "plan")).toBe("plan");
    });

    it("shows another handle every write at once, where the memory is shared", async () => {
      const { backend, another } = await open();
      // A memory of one process has no other handle: there is nothing to see.
      expect(another !== undefined).toBe(backend.capabilities.shared);
      if (another === undefined) return;
      const second = await another();
      const version = await saveOne(backend, WRITER, write("plan", 1));
      expect((await second.get(WRITER, ["plan"]))[0]).toMatchObject({ value: 1, version });
      await second.save(WRITER, [write("plan", 2, { ifVersion: version })]);
      expect(await valueOf(backend, WRITER, "plan")).toBe(2);
      expect(await backend.count(WRITER)).toBe(1);
      await second.close();
      expect(await valueOf(backend, WRITER, "plan")).toBe(2);
    });
  });
}
