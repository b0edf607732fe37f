import { inspect, isDeepStrictEqual } from "node:util";

/** Describes where and how two answers differ, one line for each place. */
export function differences(path: string, expected: unknown, answer: unknown): string[] {
  if (isDeepStrictEqual(expected, answer)) return [];
  if (isObject(expected) && isObject(answer) && haveSameNames(expected, answer)) {
    return Object.keys(expected).flatMap((name) =>
      differences(`${path} > ${name}`, expected[name], answer[name]),
    );
  }
  return [`${path} should be ${show(expected)} and is ${show(answer)}`];
}

function isObject(answer: unknown): answer is Record<string, unknown> {
  return typeof answer === "object" && answer !== null;
}

function haveSameNames(one: object, other: object): boolean {
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  return isDeepStrictEqual(namesOf(one), namesOf(other));
}

function namesOf(one: object): string[] {
  return Object.keys(one).toSorted();
}

function show(answer: unknown): string {
  return inspect(answer, { depth: 10, breakLength: Infinity });
}
