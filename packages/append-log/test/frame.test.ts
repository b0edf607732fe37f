import fc from "fast-check";
import { expect, test } from "vitest";

import { decodeFrame, encodeFrame, HEADER_BYTES, type Frame } from "../src/frame.ts";

const frames: fc.Arbitrary<Frame> = fc.record({
  kind: fc.constantFrom("head", "data", "seal"),
  writer: fc.nat({ max: 2 ** 48 - 1 }).map((id) => id.toString(16).padStart(12, "0")),
  sequence: fc.nat({ max: 2 ** 49 }),
  payload: fc.string({ unit: "grapheme", maxLength: 200 }).map((text) => text.replaceAll("\n", "")),
});

function bytesOf(frame: Frame): Buffer {
  return Buffer.from(encodeFrame(frame));
}

test("a frame is decoded to what was encoded", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      expect(decodeFrame(bytesOf(frame))).toEqual(frame);
    }),
  );
});

test("a frame is one readable line: checksum, kind, writer, sequence, payload", () => {
  const frame = { kind: "data", writer: "0123456789ab", sequence: 7, payload: '{"a":1}' } as const;
  expect(encodeFrame(frame)).toBe('2ae4b1cf data 0123456789ab 7 {"a":1}');
});

test("no beginning and no end of a frame is a frame", () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const bytes = bytesOf(frame);
      for (let cut = 0; cut < bytes.length; cut++) {
        expect(decodeFrame(bytes.subarray(0, cut))).toBeUndefined();
        if (cut > 0) expect(decodeFrame(bytes.subarray(cut))).toBeUndefined();
      }
    }),
    { numRuns: 20 },
  );
});

test("no changed byte yields a frame", () => {
  fc.assert(
    fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
      const bytes = bytesOf(frame);
      const index = at % bytes.length;
      bytes[index] = (bytes[index] ?? 0) ^ flip;
      expect(decodeFrame(bytes)).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

test("a torn frame and the next one in a line are no frame", () => {
  fc.assert(
    fc.property(frames, frames, fc.nat(), (torn, next, at) => {
      const bytes = bytesOf(torn);
      const beginning = bytes.subarray(0, 1 + (at % bytes.length));
      expect(decodeFrame(Buffer.concat([beginning, bytesOf(next)]))).toBeUndefined();
    }),
  );
});

test("arbitrary bytes are no frame", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(decodeFrame(Buffer.from(bytes))).toBeUndefined();
    }),
  );
});

test("what comes before the payload fits into its bound", () => {
  const sequence = 10 ** 15 - 1;
  const frame = encodeFrame({ kind: "data", writer: "0123456789ab", sequence, payload: "" });
  expect(frame.length).toBeLessThanOrEqual(HEADER_BYTES);
});
