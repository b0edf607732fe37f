import { describe, expect, it } from "vitest";
import { readPeerVersions } from "../src/peers.ts";
import { runSuite } from "../src/run-suite.ts";
import { selectExperiments, type Suite } from "../src/suite.ts";
import { longTermSuite } from "../src/suites/long-term.ts";
import { recordsSuite } from "../src/suites/records.ts";
import { redisSuite } from "../src/suites/redis.ts";
import { searchQualitySuite } from "../src/suites/search-quality.ts";
import { searchSuite } from "../src/suites/search.ts";
import { sessionSuite } from "../src/suites/session.ts";
import { shortTermSuite } from "../src/suites/short-term.ts";

const titles = (suite: Suite, only: string): string[] =>
  selectExperiments(suite, only).map(({ title }) => title);

const QUICK = { rounds: 1, sliceMs: 5, hasPeers: false, command: "npm run bench" };
const silent = { begin: () => undefined, step: () => undefined, end: () => undefined };

describe("a suite", () => {
  it("runs the experiments that have a text in their title, in any case of its letters", () => {
    expect(titles(shortTermSuite, "10K KEYS")).toEqual(["10k keys, 230 B", "10k keys, 4.3 KB"]);
    expect(titles(redisSuite, "count")).toEqual(["count one agent"]);
    expect(titles(redisSuite, "nothing has this")).toEqual([]);
  });

  it("compares only with peers of a known version", () => {
    const known = readPeerVersions();
    const suites = [
      shortTermSuite,
      redisSuite,
      sessionSuite,
      longTermSuite,
      searchQualitySuite,
      searchSuite,
      recordsSuite,
    ];
    for (const suite of suites) {
      expect(suite.peers.filter((name) => known[name] === undefined)).toEqual([]);
    }
  });

  it("measures memory in this process without peers", async () => {
    const report = await runSuite(shortTermSuite, { ...QUICK, only: "10k keys, 4.3 KB" }, silent);
    expect(report.versions).toEqual({});
    expect(report.rows.map((row) => [row.case, row.rival, row.target])).toEqual([
      ["get and save, 50/50", "Map + JSON", 1.1],
      ["get and save, 90/10", "Map + JSON", 1.1],
    ]);
  });

  it("measures Redis without peers, against the ioredis that the backend stands on", async () => {
    const report = await runSuite(redisSuite, { ...QUICK, only: "one at a time" }, silent);
    expect(Object.keys(report.versions)).toEqual(["Redis", "ioredis"]);
    expect(report.rows.map((row) => [row.case, row.rival, row.target])).toEqual([
      ["get one at a time, p50", "ioredis", 1.05],
      ["save one at a time, p50", "SET + the script", 1.2],
    ]);
    // A save runs a script, which takes time.
    expect(report.rows[1]?.peers["the script"]).toBeGreaterThan(0);
  });

  it("measures long-term memory without peers, each store in a process of its own", async () => {
    const report = await runSuite(longTermSuite, { ...QUICK, only: "key, cached" }, silent);
    expect(report.rows.map((row) => [row.case, row.rival, row.target])).toEqual([
      ["get by key, cached", "Map + structuredClone", 0.3],
    ]);
    expect(report.rows[0]?.ours).toBeGreaterThan(0);
    expect(Object.keys(report.rows[0]?.peers ?? {})).toEqual(["node:sqlite"]);
  });
});
