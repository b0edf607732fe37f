import { createHmac, hash } from "node:crypto";
import { parseJson } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readChainTail } from "../src/line/chain-tail.ts";
import { Chain } from "../src/line/chain.ts";
import { createDigester, NO_DIGEST, plainDigester } from "../src/line/line-digest.ts";
import { encodeRecord } from "../src/line/record-line.ts";
import { record } from "./fixtures/records.ts";

const json = fc.jsonValue().map((output) => encodeRecord(record(1, { output: output as null })));

describe("a line of a chain", () => {
  it("ends with its writer, its sequence, the digest before and its own, over its raw bytes", () => {
    const chain = new Chain(plainDigester);
    const line = chain.link('{"id":"é"}').toString();
    expect(line).toMatch(
      /^\{"id":"é","writer":"[\w-]{12}","sequence":1,"previous":"A{32}","digest":"[\w-]{32}"\}$/,
    );
    const [signed = "", digest] = line.split(',"digest":"');
    expect(digest).toBe(`${hash("sha256", signed, "base64url").slice(0, 32)}"}`);
    expect(chain.link('{"id":"b"}').toString()).toContain(
      `,"sequence":2,"previous":"${digest?.slice(0, 32)}"`,
    );
  });

  it("has an HMAC in the digest's place where there is a key", () => {
    const chain = new Chain(createDigester("a key of sixteen bytes"));
    const line = chain.link('{"id":"a"}').toString();
    const [signed = "", hmac] = line.split(',"hmac":"');
    const expected = createHmac("sha256", "a key of sixteen bytes").update(signed);
    expect(hmac).toBe(`${expected.digest("base64url").slice(0, 32)}"}`);
  });

  it("is read back from its bytes, whatever it says and wherever it lies", () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 1 }), fc.boolean(), (values, keyed) => {
        const digester = keyed ? createDigester(new Uint8Array(16)) : plainDigester;
        const chain = new Chain(digester);
        let previous = NO_DIGEST;
        for (const [n, value] of values.entries()) {
          const line = chain.link(value);
          expect(parseJson(line.toString())).toMatchObject(parseJson(value) as object);
          const tail = readChainTail(Buffer.concat([Buffer.from("{}\n"), line]), 3);
          const { writer } = chain;
          expect(tail).toMatchObject({ writer, sequence: n + 1, previous, field: digester.field });
          expect(tail?.digest).toBe(digester.digest(line.subarray(0, tail?.signedBytes)));
          expect(`${line.toString("utf8", 0, (tail?.chainOffset ?? 0) - 1)}}`).toBe(value);
          previous = tail?.digest ?? "";
        }
      }),
    );
  });

  it("is none where a single byte of its fields is changed into another kind", () => {
    const line = new Chain(plainDigester).link('{"id":"a"}');
    const { chainOffset = 0 } = readChainTail(line) ?? {};
    for (let at = chainOffset; at < line.length; at += 1) {
      const changed = Buffer.from(line);
      changed[at] = 0;
      expect(readChainTail(changed)).toBeUndefined();
    }
    for (let end = 0; end < line.length; end += 1) {
      expect(readChainTail(line, 0, end)).toBeUndefined();
    }
    // The name of the first field is still there, so the fields are complete without what comes before.
    expect(readChainTail(line, chainOffset)).toMatchObject({ sequence: 1 });
    expect(readChainTail(line, chainOffset + 1)).toBeUndefined();
  });
});

describe("a chain", () => {
  it("goes back to where it was, as if lines had not been tried", () => {
    const chain = new Chain(plainDigester);
    chain.link('{"id":"a"}');
    const { state } = chain;
    const line = chain.link('{"id":"b"}');
    chain.link('{"id":"c"}');
    chain.restore(state);
    expect(chain.link('{"id":"b"}')).toEqual(line);
  });

  it("has a writer of its own each time", () => {
    const writers = new Set(Array.from({ length: 1000 }, () => new Chain(plainDigester).writer));
    expect(writers.size).toBe(1000);
  });
});
