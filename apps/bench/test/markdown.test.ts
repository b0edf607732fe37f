import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { replaceRegion, toMarkdownTable, writeMarkdown } from "../src/markdown.ts";
import type { Report } from "../src/report.ts";
import { toRow } from "../src/row.ts";

const row = toRow(
  {
    suite: "self",
    case: "a case",
    config: "small",
    clock: "cpu",
    better: "lower",
    rival: "another | one",
    unit: "ms",
    target: 0.5,
  },
  { ours: [1], against: [4], peers: new Map([["<third>", [3]]]) },
);
const report: Report = {
  suite: "self",
  command: "npm run bench -- self",
  date: "2026-01-01",
  machine: "a machine",
  versions: { another: "1.2.3" },
  rows: [row],
  plots: [],
  notes: ["A note."],
};

it("replaces only the region of its suite", () => {
  const text =
    "before\n<!-- begin a -->\nold\n<!-- end a -->\nafter\n<!-- begin b -->\n<!-- end b -->\n";
  expect(replaceRegion(text, "a", "new")).toBe(
    text.replace("<!-- begin a -->\nold\n", "<!-- begin a -->\n\nnew\n\n"),
  );
  expect(() => replaceRegion(text, "c", "new")).toThrow('no lines "<!-- begin c -->"');
});

it("makes columns as wide as their widest cell", () => {
  expect(toMarkdownTable(["a", "long"], [["wide one", "x|y"]])).toBe(
    ["| a        | long |", "| -------- | ---- |", "| wide one | x\\|y |"].join("\n"),
  );
});

it("writes the table, the command under it, what took part, and a chart beside the document", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mem-markdown-"));
  try {
    const file = join(folder, "figures.md");
    await writeFile(file, "# Figures\n\n<!-- begin self -->\n<!-- end self -->\n");
    await writeMarkdown(file, report);
    await writeMarkdown(file, report);
    const text = await readFile(file, "utf8");
    expect(text.match(/\| a case/g)).toHaveLength(1);
    expect(text).toContain("```bash\nnpm run bench -- self\n```");
    expect(text).toContain("2026-01-01: a machine. Versions: another 1.2.3.");
    expect(text).toMatch(/another \\\| one: 4\.00 ms .* 0\.25 .* ≤ 0\.5 .* yes /);
    expect(text).toContain("(figures-self.svg)");
    expect(text).toContain("- A note.");
    const chart = await readFile(join(folder, "figures-self.svg"), "utf8");
    expect(chart).toContain("&lt;third>");
    expect(chart.match(/<rect/g)).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true });
  }
});

it("names what has missed its target", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mem-markdown-"));
  try {
    const file = join(folder, "figures.md");
    await writeFile(file, "<!-- begin self -->\n<!-- end self -->\n");
    await writeMarkdown(file, { ...report, rows: [{ ...row, met: false }] });
    expect(await readFile(file, "utf8")).toContain(
      "**Not reached:** a case, small, against another | one (0.25, must be ≤ 0.5).",
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
