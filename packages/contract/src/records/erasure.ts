import type { RecordErasureRequest } from "@mem/core";
import { describe, expect, it } from "vitest";
import { ABOUT, expectOnly, fill, ONE, PERSON, RECORDS } from "./erasure-samples.ts";
import type { OpenRecords } from "./harness.ts";
import { NASTY_NAMES } from "./names.ts";
import { AGENT, ask, idsOf, record, series, TENANT } from "./sample.ts";

export function erases(open: OpenRecords): void {
  describe("erasing", () => {
    it("one record takes it out of every answer, for good", async () => {
      const harness = await open();
      await fill(harness.store);
      expect(await harness.store.erase(ONE)).toEqual([ONE.id]);
      const left = RECORDS.filter(({ id }) => id !== ONE.id);
      await expectOnly(harness.store, left);
      await expectOnly(await harness.reopen(), left);
    });

    it("what is about a person takes all of it, of every agent, and nothing else", async () => {
      const harness = await open();
      await fill(harness.store);
      expect((await harness.store.erase(PERSON)).toSorted()).toEqual(idsOf(ABOUT));
      const left = RECORDS.filter((each) => !ABOUT.includes(each));
      await expectOnly(harness.store, left);
      await expectOnly(await harness.reopen(), left);
    });

    it("is confined to one agent where that is asked for", async () => {
      const { store } = await open();
      await fill(store);
      const erased = ABOUT.filter(({ agentId }) => agentId === "content");
      const ids = await store.erase({ ...PERSON, agentId: "content" });
      expect(ids.toSorted()).toEqual(idsOf(erased));
      expect(await store.erase({ ...ONE, agentId: "content" })).toEqual([]);
      await expectOnly(
        store,
        RECORDS.filter((each) => !erased.includes(each)),
      );
    });

    it("takes every record of an id, and of one agent where that is asked for", async () => {
      const { store } = await open();
      const twins = ["a", "b", "c", "c"].map((agentId, n) => record(n, { id: ONE.id, agentId }));
      await store.append(twins);
      expect(await store.erase({ ...ONE, agentId: "b" })).toEqual([ONE.id]);
      expect((await ask(store)).map(({ agentId }) => agentId)).toEqual(["a", "c", "c"]);
      expect(await store.erase(ONE)).toEqual([ONE.id, ONE.id, ONE.id]);
      expect(await ask(store)).toEqual([]);
    });

    it("leaves other tenants alone", async () => {
      const { store } = await open();
      await fill(store);
      const others = RECORDS.map((each) => ({ ...each, tenantId: "other" }));
      await store.append(others);
      await store.erase(PERSON);
      await store.erase(ONE);
      expect(await ask(store, { tenantId: "other" })).toStrictEqual(others);
    });

    it("works whatever the names are", async () => {
      const { store } = await open();
      const sent = NASTY_NAMES.map((name, n) => record(n, { id: name, subject: name }));
      await store.append(sent);
      for (const [n, name] of NASTY_NAMES.entries()) {
        if (n % 8 === 0) expect(await store.erase({ tenantId: TENANT, id: name })).toEqual([name]);
        if (n % 8 === 4) {
          expect(await store.erase({ tenantId: TENANT, subject: name })).toEqual([name]);
        }
      }
      expect(await ask(store)).toStrictEqual(sent.filter((_, n) => n % 4 !== 0));
    });

    it("reaches no other agent and no other tenant, whatever their names are", async () => {
      const { store } = await open();
      const { subject } = PERSON;
      const ofAgents = NASTY_NAMES.map((agentId, n) => record(n, { agentId, subject }));
      await store.append(ofAgents);
      const tenants = NASTY_NAMES.map((tenantId, n) => record(n, { tenantId, subject }));
      for (const each of tenants) await store.append([each]);
      for (let n = 0; n < NASTY_NAMES.length; n += 4) {
        const [agentId, tenantId] = [NASTY_NAMES[n] as string, NASTY_NAMES[n] as string];
        expect(await store.erase({ ...PERSON, agentId })).toEqual([ofAgents[n]?.id]);
        expect(await store.erase({ tenantId, subject })).toEqual([tenants[n]?.id]);
      }
      expect(await ask(store)).toStrictEqual(ofAgents.filter((_, n) => n % 4 !== 0));
      for (const [n, each] of tenants.entries()) {
        const { tenantId } = each;
        expect(await ask(store, { tenantId })).toStrictEqual(n % 4 === 0 ? [] : [each]);
      }
    });

    it("finds nothing the second time, nor where there is nothing", async () => {
      const { store } = await open();
      await fill(store);
      await store.erase(PERSON);
      const before = await ask(store);
      for (const subject of ["person:1", "person", "%", "*", "undefined", AGENT, "record-0004"]) {
        expect(await store.erase({ tenantId: TENANT, subject })).toEqual([]);
      }
      expect(await store.erase({ ...PERSON, agentId: "nobody" })).toEqual([]);
      expect(await store.erase({ ...PERSON, tenantId: "nobody" })).toEqual([]);
      for (const id of ["record-9999", "person:10", AGENT]) {
        expect(await store.erase({ tenantId: TENANT, id })).toEqual([]);
      }
      expect(await ask(store)).toStrictEqual(before);
    });

    it("leaves room for what is stored afterwards, under the same id and about the same person", async () => {
      const { store } = await open();
      await fill(store);
      await store.erase(PERSON);
      const again = record(20, { id: "record-0000", subject: PERSON.subject });
      await store.append([again]);
      expect(await ask(store, { id: again.id })).toStrictEqual([again]);
      expect(await store.erase(PERSON)).toEqual([again.id]);
    });

    it("takes hundreds at a time", async () => {
      const { store } = await open();
      const sent = series(600).map((each, n) => ({
        ...each,
        agentId: `agent-${n % 3}`,
        input: "x".repeat(n),
        ...(n % 4 !== 0 && { subject: PERSON.subject }),
      }));
      await store.append(sent);
      expect(await store.erase(PERSON)).toHaveLength(450);
      expect(await ask(store)).toStrictEqual(sent.filter((_, n) => n % 4 === 0));
    });

    it("a dry run says what would go, and changes nothing", async () => {
      const { store } = await open();
      await fill(store);
      const dry = await store.erase(PERSON, { dryRun: true });
      expect(await store.erase(ONE, { dryRun: true })).toEqual([ONE.id]);
      await expectOnly(store, RECORDS);
      expect(dry.toSorted()).toEqual(idsOf(ABOUT));
      expect(await store.erase(PERSON, { dryRun: false })).toHaveLength(ABOUT.length);
    });

    it.each<[string, unknown]>([
      ["nothing", undefined],
      ["a tenant alone", { tenantId: TENANT }],
      ["an agent alone", { tenantId: TENANT, agentId: AGENT }],
      ["no tenant", { subject: "person:1" }],
      ["a subject that is undefined", { tenantId: TENANT, subject: undefined }],
      ["an empty subject", { tenantId: TENANT, subject: "" }],
      ["an empty id", { tenantId: TENANT, id: "" }],
      ["an agent that is undefined", { ...PERSON, agentId: undefined }],
      ["a record and a subject", { ...PERSON, id: "record-0003" }],
    ])("refuses a request that names %s", async (_, request) => {
      const { store } = await open();
      await fill(store);
      await expect(store.erase(request as RecordErasureRequest)).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        outcome: "not-applied",
      });
      await expectOnly(store, RECORDS);
    });
  });
}
