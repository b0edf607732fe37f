import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, describe, expect, it } from "vitest";
import { rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
afterAll(async () => {
  await backend.close();
  await server.stop();
});

describe("a call tied to a session", () => {
  it("is refused outside any workflow, whatever it does", async () => {
    const options = { session: { epoch: "any" } };
    for (const call of [
      () => backend.get(WRITER, ["a"], options),
      () => backend.get(WRITER, ["a", "b"], options),
      () => backend.save(WRITER, [write("a")], options),
      () => backend.read(WRITER, "log", { limit: 1 }, options),
    ]) {
      expect(await rejection(call())).toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "options.session",
      });
    }
  });
});
