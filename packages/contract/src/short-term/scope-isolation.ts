import { compareCodePoints, encodeScope, type Scope, type ShortTermBackend } from "@mem/core";
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { id } from "../arbitrary-json.ts";
import { NASTY_IDS } from "../nasty-ids.ts";
import type { Opened } from "./harness.ts";
import { listedKeys, saveOne, valueOf, write } from "./samples.ts";

/** Parts that collide if they are joined carelessly. */
const COLLIDING = ["a", "a:b", "b:c", "c", "1", "10", ":", "a%3Ab"];

/** Two different scopes that have names in common. */
const twoScopes = fc
  .record({ names: fc.tuple(id, id), mine: places(), theirs: places() })
  .map(({ names, mine, theirs }) => [scopeOf(names, mine), scopeOf(names, theirs)] as const)
  .filter(([mine, theirs]) => encodeScope(mine) !== encodeScope(theirs));

export function isolatesScopes(open: Opened): void {
  describe("isolation of scopes", () => {
    it("keeps every scope apart from every other, however their names run into each other", async () => {
      const { backend } = await open();
      const scopes = allScopes(COLLIDING);
      await Promise.all(
        scopes.map((one) => saveOne(backend, one, write("plan", encodeScope(one)))),
      );
      const wrong = [];
      for (const one of scopes) {
        const seen = await look(backend, one);
        const own = { keys: ["plan"], count: 1, value: encodeScope(one) };
        if (!isDeepStrictEqual(seen, own)) wrong.push({ scope: one, seen });
      }
      expect(wrong.slice(0, 3)).toEqual([]);
    });

    it.each(NASTY_IDS.map((name) => ({ name })))(
      "takes $name literally, as tenant, agent, workflow and key",
      async ({ name }) => {
        const { backend } = await open();
        const scopes: Scope[] = [
          { tenantId: name, agentId: "writer" },
          { tenantId: "acme", agentId: name },
          { tenantId: "acme", workflowId: name },
          { tenantId: "acme", workflowId: name, agentId: "writer" },
          { tenantId: name, workflowId: name, agentId: name },
        ];
        for (const [i, one] of scopes.entries()) await saveOne(backend, one, write(name, i));
        for (const [i, one] of scopes.entries()) {
          expect(await look(backend, one, name)).toEqual({ keys: [name], count: 1, value: i });
          expect(await backend.delete(one, [{ key: name }])).toEqual([true]);
        }
        expect(Object.keys(Object.prototype)).toEqual([]);
      },
    );

    it("keeps all these keys apart in one scope", async () => {
      const { backend } = await open();
      const one: Scope = { tenantId: "acme", agentId: "writer" };
      await backend.save(
        one,
        NASTY_IDS.map((key, i) => write(key, i)),
      );
      const entries = await backend.get(one, NASTY_IDS);
      expect(entries.map((entry) => entry?.value)).toEqual(NASTY_IDS.map((_, i) => i));
      expect(await listedKeys(backend, one)).toEqual(NASTY_IDS.toSorted(compareCodePoints));
    });

    it("never lets a call in one scope see or touch another", async () => {
      const { backend } = await open();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(twoScopes, id, async ([mine, theirs], key) => {
          const tenants = `run ${run++}:`;
          const a = { ...mine, tenantId: tenants + mine.tenantId } as Scope;
          const b = { ...theirs, tenantId: tenants + theirs.tenantId } as Scope;
          const version = await saveOne(backend, a, write(key, "mine"));
          expect(await look(backend, b, key)).toEqual({ keys: [], count: 0, value: undefined });
          expect(await backend.save(b, [write(key, 1, { ifVersion: version })])).toEqual([
            { stored: false },
          ]);
          expect(await backend.delete(b, [{ key }])).toEqual([false]);
          expect(await backend.clear(b)).toBe(0);
          expect(await look(backend, a, key)).toEqual({ keys: [key], count: 1, value: "mine" });
        }),
        { numRuns: 60 },
      );
    });

    it("clears exactly the scope it was told to", async () => {
      const { backend } = await open();
      const scopes = allScopes(["a", "a:b", "b"]);
      await Promise.all(scopes.map((one) => saveOne(backend, one, write("plan"))));
      for (const [i, one] of scopes.entries()) {
        expect(await backend.clear(one)).toBe(1);
        const counts = await Promise.all(scopes.map((other) => backend.count(other)));
        expect(counts).toEqual(scopes.map((_, j) => (j <= i ? 0 : 1)));
      }
    });
  });
}

interface Places {
  readonly tenant: 0 | 1;
  readonly workflow: 0 | 1 | undefined;
  readonly agent: 0 | 1 | undefined;
}

/** Which of two names each part of a scope has. */
function places(): fc.Arbitrary<Places> {
  const place = fc.constantFrom(0 as const, 1 as const);
  const maybe = fc.option(place, { nil: undefined });
  return fc
    .record({ tenant: place, workflow: maybe, agent: maybe })
    .filter(({ workflow, agent }) => workflow !== undefined || agent !== undefined);
}

function scopeOf(names: readonly [string, string], { tenant, workflow, agent }: Places): Scope {
  return {
    tenantId: names[tenant],
    ...(workflow !== undefined && { workflowId: names[workflow] }),
    ...(agent !== undefined && { agentId: names[agent] }),
  };
}

function allScopes(names: readonly string[]): Scope[] {
  return names.flatMap((tenantId) =>
    names.flatMap((first): Scope[] => [
      { tenantId, agentId: first },
      { tenantId, workflowId: first },
      ...names.map((agentId) => ({ tenantId, workflowId: first, agentId })),
    ]),
  );
}

async function look(backend: ShortTermBackend, one: Scope, key = "plan"): Promise<unknown> {
  return {
    keys: await listedKeys(backend, one),
    count: await backend.count(one),
    value: await valueOf(backend, one, key),
  };
}
