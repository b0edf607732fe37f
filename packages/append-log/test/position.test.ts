import fc from "fast-check";
import { expect, test } from "vitest";

import { formatPosition, parsePosition } from "../src/position.ts";

const places = fc.record({
  segment: fc.nat({ max: 10 ** 10 - 1 }),
  offset: fc.nat({ max: 10 ** 12 - 1 }),
});

test("a position names a segment and an offset", () => {
  fc.assert(
    fc.property(places, ({ segment, offset }) => {
      expect(parsePosition(formatPosition(segment, offset))).toEqual({ segment, offset });
    }),
  );
});

test("positions are ordered like the log: by segment, then by offset", () => {
  fc.assert(
    fc.property(places, places, (a, b) => {
      const [first = "", second = ""] = [a, b].map((place) =>
        formatPosition(place.segment, place.offset),
      );
      const isBefore = a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);
      expect(first < second).toBe(isBefore);
    }),
  );
});

test.each(["", "1-1", "0000000001", "0000000001-00000000000x", "0000000001-0000000000000"])(
  "%j is no position",
  (text) => {
    expect(() => parsePosition(text)).toThrow(TypeError);
  },
);
