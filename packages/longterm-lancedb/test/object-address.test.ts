import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";

describe("the address of a store", () => {
  it.each(["s3://bucket/path", "gs://bucket/a/b/", "az://container/path"])(
    "may be in an object store: %s",
    (uri) => {
      const { capabilities } = createLanceDbStore({ uri });
      expect(capabilities).toMatchObject({ durability: "server", shared: true });
    },
  );

  it("may be a folder", () => {
    const { capabilities } = createLanceDbStore({ uri: "data/memory" });
    expect(capabilities).toMatchObject({ durability: "disk", shared: true });
  });

  it.each(["http://host/path", "db://name", "memory://", "file:///tmp/x", "S3://bucket/path"])(
    "is refused where no store can lie: %s",
    (uri) => {
      expect(() => createLanceDbStore({ uri })).toThrow(
        expect.objectContaining({ code: "MEM_UNSUPPORTED", path: "options.uri" }),
      );
    },
  );

  it.each(["s3://", "s3://bucket", "s3://bucket/", "s3:///path", "s3://key:secret@bucket/path"])(
    "names a bucket and a path, and nothing secret: %s",
    (uri) => {
      expect(() => createLanceDbStore({ uri })).toThrow(
        expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options.uri" }),
      );
    },
  );

  it("takes storage options for object stores alone", () => {
    expect(() => createLanceDbStore({ uri: "data/memory", storageOptions: {} })).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options.storageOptions" }),
    );
  });
});

describe("an object store that can't be reached", () => {
  it("makes every call reject, and health say so, without what is secret", async () => {
    await using store = createLanceDbStore({
      uri: "s3://bucket/path",
      storageOptions: {
        aws_endpoint: "http://127.0.0.1:1",
        allow_http: "true",
        aws_access_key_id: "id",
        aws_secret_access_key: "classified",
        aws_region: "us-east-1",
        client_max_retries: "0",
      },
    });
    const scope = { tenantId: "acme", agentId: "writer" };
    const error: unknown = await store.get(scope, ["a"]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MEM_UNAVAILABLE", outcome: "not-applied" });
    const health = await store.health();
    expect(health).toMatchObject({ status: "down", durability: "server" });
    expect(`${JSON.stringify(health)} ${String((error as Error).cause)}`).not.toMatch(/classified/);
  }, 60_000);
});
