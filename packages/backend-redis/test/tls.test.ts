import { readFile } from "node:fs/promises";
import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";
import { LAUNCH, rejection, until, WRITER, write } from "./samples.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

// Made for these tests only, for "localhost" and 127.0.0.1.
const [cert, key] = await Promise.all(
  ["cert.pem", "key.pem"].map((name) => readFile(new URL(`tls/${name}`, import.meta.url), "utf8")),
);
const server = await startRedis();
// Not every server is built with TLS, so the proxy ends the encryption.
const proxy = await startTcpProxy(server.port, { cert, key });
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server.stop();
});

describe("rediss://", () => {
  it("serves who trusts the certificate, and comes back after a cut", async () => {
    await using backend = createRedisBackend({ url: proxy.url, redis: { tls: { ca: cert } } });
    expect(await backend.save(WRITER, [write("plan")])).toMatchObject([{ stored: true }]);
    const long = "ünïcödé 🧠 ".repeat(20_000);
    await Promise.all([
      backend.save(LAUNCH, [write("long", { value: long })]),
      backend.increment(WRITER, { key: "n", by: 1, ttlMs: null }),
    ]);
    expect(await backend.get(LAUNCH, ["long"])).toMatchObject([{ value: long }]);
    proxy.loseNextReply();
    expect(await rejection(backend.save(WRITER, [write("cut")]))).toMatchObject({
      code: "MEM_UNAVAILABLE",
      outcome: "unknown",
    });
    proxy.cutAll();
    await until(
      () =>
        backend.count(WRITER).then(
          (count) => count === 3,
          () => false,
        ),
      "it is connected again",
    );
    expect(await backend.health()).toMatchObject({ status: "ok" });
  });

  it("is MEM_UNAVAILABLE where the certificate is not trusted, and nothing is sent", async () => {
    await using backend = createRedisBackend({ url: proxy.url, timeoutMs: 1000 });
    const error = await rejection(backend.save(WRITER, [write("secret")]));
    expect(error).toMatchObject({ code: "MEM_UNAVAILABLE", outcome: "not-applied" });
    expect(error.message).toContain("self-signed certificate");
    expect(await server.command("EXISTS", "mem:{acme::writer}:e:secret")).toBe(0);
  });

  it("is MEM_UNAVAILABLE where the server speaks no TLS", async () => {
    const url = server.url.replace("redis:", "rediss:");
    await using backend = createRedisBackend({ url, timeoutMs: 1000 });
    const error = await rejection(backend.save(WRITER, [write("secret")]));
    expect(error).toMatchObject({ code: "MEM_UNAVAILABLE", outcome: "not-applied" });
  });
});
