import { describe, expect, test } from "vitest";

import { isDiskFull, LogError, systemCode } from "../src/index.ts";
import { systemError } from "../src/log-error.ts";

function systemFailure(code: string): Error {
  return Object.assign(new Error(`${code}: refused, write`), { code });
}

describe("a full disk is recognised", () => {
  test.each([
    ["by the code of the operating system", systemFailure("ENOSPC")],
    ["that is a quota", systemFailure("EDQUOT")],
    ["that is a limit of one file", systemFailure("EFBIG")],
    ["by the code of this package", new LogError("LOG_NO_SPACE", "took only 3 of 5 bytes")],
    ["in the words of SQLite", new Error("database or disk is full")],
    ["in the words of a native library", new Error("LanceError(IO): failed (os error 28)")],
    [
      "behind other failures",
      new Error("a", { cause: new Error("b", { cause: systemFailure("ENOSPC") }) }),
    ],
  ])("%s", (_, error) => {
    expect(isDiskFull(error)).toBe(true);
  });

  test.each([
    ["another refusal", systemFailure("EACCES")],
    ["another failure of this package", new LogError("LOG_FULL", "More would wait")],
    ["another number of a native library", new Error("failed (os error 280)")],
    ["what is no error", "ENOSPC"],
    ["nothing", undefined],
  ])("and %s is not", (_, error) => {
    expect(isDiskFull(error)).toBe(false);
  });

  test("even where causes go round in a circle", () => {
    const error = new Error("round");
    error.cause = error;
    expect(isDiskFull(error)).toBe(false);
  });
});

test.each([
  ["ENOSPC", "LOG_NO_SPACE"],
  ["EROFS", "LOG_READ_ONLY"],
  ["ELOOP", "LOG_NOT_A_FILE"],
  ["EACCES", "LOG_IO"],
])("an answer of the operating system, %s, is %s", (answer, code) => {
  const cause = systemFailure(answer);
  expect(systemError(cause, "open data/a.jsonl")).toMatchObject({
    code,
    message: `Could not open data/a.jsonl: ${answer}`,
    outcome: "not-applied",
    cause,
  });
});

test("the code of the operating system is told where there is one", () => {
  expect(systemCode(systemFailure("ENOENT"))).toBe("ENOENT");
  expect(systemCode(Object.assign(new Error("x"), { code: 5 }))).toBeUndefined();
  expect(systemCode(undefined)).toBeUndefined();
});
