import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "../src/index.ts";

describe("parseJson", () => {
  it.each(['"', "\n", "\u0000", "\ud800", "\n\\", '\\"', 'x"'])(
    "reads the name %j as it was written, after the name that begins its JSON text",
    (name) => {
      const before = JSON.stringify(name).slice(1, 1 + name.length);
      // A first name of its own: only names in the same place are mistaken for each other.
      const first = `before ${before}`;
      parseJson(JSON.stringify({ [first]: 1, [before]: 1 }));
      const text = JSON.stringify({ [first]: 2, [name]: 3 });
      expect(Object.entries(parseJson(text) as object)).toEqual([
        [first, 2],
        [name, 3],
      ]);
    },
  );

  it("reads back what was written, whatever the names are, and in whatever order", () => {
    const part = fc.constantFrom('"', "\\", "\n", "\u0000", "\ud800", "a", "é", ":", " ", "{", "]");
    const name = fc.oneof(
      fc.constant("__proto__"),
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join("")),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, false, 0, -1.5e-7, 1e21),
        name,
        fc.array(tie("value"), { maxLength: 3 }),
        fc.array(fc.tuple(name, tie("value")), { maxLength: 5 }).map(Object.fromEntries),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom("", "\t", "\n \r"), (given, space) => {
        const text = JSON.stringify(given);
        expect(JSON.stringify(parseJson(text))).toBe(text);
        const spaced = text.replaceAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, `${space}$&${space}`);
        expect(JSON.stringify(parseJson(spaced))).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes the last of several values with the same name", () => {
    expect(parseJson('{ "\\n" : 1, "a": 2, "\\u000a": 3 }')).toEqual({ "\n": 3, a: 2 });
  });

  it("sets a property with the name __proto__, and no prototype", () => {
    const parsed = parseJson('{"\\u005f_proto__": {"admin": true}}') as object;
    expect(Object.keys(parsed)).toEqual(["__proto__"]);
    expect(Object.getPrototypeOf(parsed)).toBe(Object.prototype);
  });

  it.each([
    "",
    "{",
    '{"\\n":}',
    '{"\\n":1,}',
    '{"\\n":1}}',
    '{"\\x":1}',
    "{'a':1}",
    '{"\\n":"\n"}',
  ])("throws a SyntaxError for %j", (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it("reads values of any length and depth", () => {
    const long = "a\n".repeat(10_000_000);
    expect(parseJson(JSON.stringify({ "\n": long }))).toEqual({ "\n": long });
    const depth = 50_000;
    const text = `${"[".repeat(depth)}{"\\n":1}${"]".repeat(depth)}`;
    let inner = parseJson(text);
    for (let level = 0; level < depth; level++) [inner] = inner as unknown[];
    expect(inner).toEqual({ "\n": 1 });
  });
});
