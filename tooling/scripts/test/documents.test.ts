import { expect, test } from "vitest";

import { listDocuments, readCodeBlocks } from "../src/documents.ts";

test("blocks are found with their language and the line of their first code", () => {
  const markdown = "# Title\n\n```ts\nconst a = 1;\n\n```\n\n```bash\nnpm test\n```\n";
  expect(readCodeBlocks(markdown)).toEqual([
    { language: "ts", line: 4, code: "const a = 1;\n\n" },
    { language: "bash", line: 9, code: "npm test\n" },
  ]);
});

test("a block in a list loses the list's indentation and keeps its own", () => {
  const markdown = "- item\n\n  ```ts\n  if (a) {\n    b();\n  }\n  ```\n";
  expect(readCodeBlocks(markdown)).toEqual([
    { language: "ts", line: 4, code: "if (a) {\n  b();\n}\n" },
  ]);
});

test("a fence inside a longer text is none", () => {
  expect(readCodeBlocks("say ```ts\nx\n```\n")).toEqual([]);
});

test("documents are those that users read", () => {
  expect(listDocuments().filter((file) => !file.endsWith(".md"))).toEqual([]);
});
