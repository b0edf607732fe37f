import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";

import { startRedis } from "../src/index.ts";

test("a started server answers on its own port and is the process that was started", async () => {
  await using server = await startRedis();
  expect(await server.command("INFO", "server")).toContain(`process_id:${server.pid}\r\n`);
  expect(await server.command("SET", "key", "välue")).toBe("OK");
  expect(await server.command("GET", "key")).toBe("välue");
  expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
});

test("an error reply rejects with what the server said", async () => {
  await using server = await startRedis();
  await expect(server.command("NOSUCHCOMMAND")).rejects.toThrow(/unknown command/);
});

test("a server that was already there is refused, whatever it answers", async () => {
  await using first = await startRedis();
  await expect(startRedis({ port: first.port })).rejects.toThrow(
    new RegExp(`Could not start .* on port ${first.port}`),
  );
  expect(await first.command("PING")).toBe("PONG");
});

test("something that is no Redis on the port is refused", async () => {
  const stranger = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
  stranger.listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const { port } = stranger.address() as { port: number };
  await expect(startRedis({ port })).rejects.toThrow("Address already in use");
  stranger.close();
});

test("arguments the program refuses are reported with its own words", async () => {
  await expect(startRedis({ args: ["--no-such-setting", "1"] })).rejects.toThrow(
    /Bad directive or wrong number of arguments/,
  );
});

test("stopping leaves no process and no folder behind, and may be done twice", async () => {
  const server = await startRedis();
  expect(existsSync(server.dir)).toBe(true);
  await server.stop();
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(server.dir)).toBe(false);
  await expect(server.restart()).rejects.toThrow("stopped for good");
});

test("a folder of the caller's is kept, and so is what the server wrote to it", async () => {
  const dir = await mkdtemp(join(tmpdir(), "mem-redis-kept-"));
  const durable = { dir, args: ["--appendonly", "yes"] };
  {
    await using server = await startRedis(durable);
    await server.command("SET", "key", "kept");
  }
  {
    await using server = await startRedis(durable);
    expect(await server.command("GET", "key")).toBe("kept");
  }
  await rm(dir, { recursive: true });
});

test("a killed server is gone until it is restarted, on the same port", async () => {
  await using server = await startRedis();
  const { pid } = server;
  await server.kill();
  expect(isAlive(pid)).toBe(false);
  await expect(server.command("PING")).rejects.toThrow("ECONNREFUSED");
  await server.restart();
  expect(await server.command("PING")).toBe("PONG");
  expect(server.pid).not.toBe(pid);
});

test("a frozen server accepts connections and answers nothing until it goes on", async () => {
  await using server = await startRedis();
  server.pause();
  const answer = server.command("PING");
  expect(await Promise.race([answer, delay(100, "silence")])).toBe("silence");
  server.resume();
  expect(await answer).toBe("PONG");
});

test("a frozen server can be stopped", async () => {
  const server = await startRedis();
  server.pause();
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
});

test("a server does not outlive the process that started it, even one that is killed", async () => {
  const module = JSON.stringify(new URL("../src/index.ts", import.meta.url).href);
  const script = `
    const { startRedis } = await import(${module});
    const { pid, dir } = await startRedis();
    console.log(JSON.stringify({ pid, dir }));
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const { pid, dir } = JSON.parse(line.toString()) as { pid: number; dir: string };
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  await expect.poll(() => existsSync(dir), { timeout: 5000 }).toBe(false);
});

test("a server does not outlive a process that is killed at the moment it starts it", async () => {
  const dir = await mkdtemp(join(tmpdir(), "mem-redis-orphan-"));
  const watchdog = JSON.stringify(new URL("../src/watchdog.ts", import.meta.url).href);
  const script = `
    const { spawnWatched } = await import(${watchdog});
    const { openSync, writeSync } = await import("node:fs");
    const dir = ${JSON.stringify(dir)};
    const child = spawnWatched(["/bin/sleep", "60"], dir, { cwd: dir, output: openSync("/dev/null", "w") });
    writeSync(1, String(child.pid));
    process.kill(process.pid, "SIGKILL");`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", script]);
  const [[line]] = (await Promise.all([once(parent.stdout, "data"), once(parent, "exit")])) as [
    [Buffer],
    unknown,
  ];
  await expect.poll(() => isAlive(Number(line)), { timeout: 5000 }).toBe(false);
  await expect.poll(() => existsSync(dir), { timeout: 5000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
