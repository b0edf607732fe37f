import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startRedis } from "@mem/redis-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runApp } from "./app.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-examples-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the example app", () => {
  it("runs all six examples, and a second run finds what the first one learned", async () => {
    const first = await runApp(folder, []);
    expect(first.err).toBe("");
    expect(first.code).toBe(0);
    for (const title of [
      "Basic operations",
      "Session context",
      "Execution records",
      "Audit trail",
      "Search of experience and knowledge",
      "Multi-agent workflow",
    ]) {
      expect(first.out).toContain(title);
    }
    expect(first.out).toContain("This is run 1");
    // The audit trail keeps no secret, names the line that somebody edited, and holds after an erasure.
    expect(first.out).toContain("[redacted e-mail address]");
    expect(first.out).not.toContain("example.com");
    expect(first.out).toMatch(/in support\.jsonl, line 4 was changed/);
    expect(first.out).toMatch(
      /4 records about customer:anna are erased[^]*all 9 lines are valid: 2 records, 4 erased ones/,
    );
    // Shared knowledge says where it comes from, and is fenced for a prompt.
    expect(first.out).toMatch(/brand-voice\.md +│ Brand voice › How we address/);
    expect(first.out).toMatch(
      /<memories-\w+>\n.*\n\[1\] source: document "brand-voice\.md"; trust: knowledge/,
    );
    expect(first.out).toContain("only if new: not stored");
    expect(first.out).toMatch(/compares spelling, not meaning, finds:\n {2}Reactivation mails/);
    // Of two writers that waited for the brief one wrote; a model is shown what fits, and what became of the rest.
    expect(first.out.match(/did writer \d do\?.*the headline once the brief/g)).toHaveLength(1);
    expect(first.out.match(/did writer \d do\?.*another writer's step/g)).toHaveLength(1);
    expect(first.out).toMatch(/│ summary +│ 2 messages about whom to write to/);
    expect(first.out).toMatch(/can still be searched[^]*We go for returning customers\./);
    // Colours are for terminals.
    expect(first.out).not.toContain("\u001B[");

    const second = await runApp(folder, ["basics", "workflow"]);
    expect(second.code).toBe(0);
    expect(second.out).toContain("This is run 2");
    expect(second.out).toContain("it earned most in the last campaign");
    expect(second.out).not.toContain("Session context");
  });

  it("keeps its data in the layout that users know", async () => {
    await runApp(folder, ["records", "basics"]);
    const records = join(folder, "data", "processed", "memory", "execution_records");
    const lines = (await readFile(join(records, "budget.jsonl"), "utf8")).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { status: string }).status)).toEqual([
      "started",
      "success",
      "started",
      "error",
    ]);
    expect(existsSync(join(folder, "data", "embeddings", "agent_memory"))).toBe(true);
  });

  it("runs on Redis", async () => {
    await using redis = await startRedis();
    const env = { MEMORY_USE_REDIS: "true", REDIS_URL: redis.url };
    const { code, out, err } = await runApp(folder, ["basics", "sessions", "workflow"], { env });
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("0 messages left, 0 sessions active");
  });

  it("answers questions on documents that it is given", async () => {
    const docs = join(folder, "docs.jsonl");
    const sections = [
      {
        id: "a",
        text: "A segment groups contacts.",
        meta: { page: "Segments", heading: "What they are" },
      },
      { id: "b", text: "Emails are tracked by a pixel.", meta: { page: "Emails" } },
    ];
    await writeFile(docs, sections.map((section) => JSON.stringify(section)).join("\n"));
    const args = ["knowledge", "--docs", docs, "--ask", "how are emails tracked?"];
    const { code, out } = await runApp(folder, args);
    expect(code).toBe(0);
    expect(out).toMatch(/│ 2 +│ 0 +│ 0 +│ 0 +│ 2 /);
    expect(out).toMatch(/│ b +│ Emails +│ Emails are tracked by a pixel\./);
    expect((await runApp(folder, args)).out).toMatch(/│ 0 +│ 0 +│ 0 +│ 2 +│ 2 /);
  });

  it("replays meetings as conversations", async () => {
    const docs = join(folder, "docs.jsonl");
    const passages = [
      {
        id: "m/0",
        text: "Manager: We design a remote control.\nMarketing: Users lose it.",
        meta: { scope: "m" },
      },
      { id: "m/1", text: "Designer: Then it should look like a banana.", meta: { scope: "m" } },
    ];
    await writeFile(docs, passages.map((passage) => JSON.stringify(passage)).join("\n"));
    const { code, out } = await runApp(folder, ["meetings", "--docs", docs]);
    expect(code).toBe(0);
    expect(out).toMatch(/│ m +│ 3 /);
    expect(out).toContain("Designer: Then it should look like a banana.");
  });
});

describe("the command line", () => {
  it("helps", async () => {
    const { code, out } = await runApp(folder, ["--help"]);
    expect(code).toBe(0);
    for (const name of [
      "basics",
      "sessions",
      "records",
      "audit",
      "search",
      "workflow",
      "knowledge",
      "meetings",
    ]) {
      expect(out).toContain(`  ${name}`);
    }
  });

  it.each([
    [["nonsense"], 2, "no example named nonsense"],
    [["knowledge"], 2, "needs --docs PATH"],
    [["meetings", "--docs", "x", "--limit", "0"], 2, "--limit"],
    [["--nonsense"], 1, "nonsense"],
    [["knowledge", "--docs", "missing.jsonl"], 1, "ENOENT"],
  ])("%j exits with %i and says why", async (args, expected, why) => {
    const { code, err } = await runApp(folder, args);
    expect(code).toBe(expected);
    expect(err).toContain(why);
    expect(err).not.toContain("    at ");
  });

  it("names a variable that is wrong", async () => {
    const { code, err } = await runApp(folder, [], { env: { MEMORY_SHORT_TERM_TTL: "soon" } });
    expect(code).toBe(1);
    expect(err).toContain('MEMORY_SHORT_TERM_TTL is "soon"');
  });

  it("closes what is open at Ctrl-C", async () => {
    const { code, err } = await runApp(folder, [], { interruptAt: "Basic operations" });
    expect(code).toBe(130);
    expect(err).toContain("everything is closed");
  });
});
