import { openSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ReadFile } from "../src/folder/read-file.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

async function opened(dir: string): Promise<ReadFile> {
  const path = join(dir, "file");
  await writeFile(path, "content");
  return new ReadFile(openSync(path, "r"));
}

it("a file that is closed while it is read is closed when the reads are back, and once", async () => {
  await using folder = await temporaryFolder();
  const file = await opened(folder.dir);
  const buffers = Array.from({ length: 20 }, () => Buffer.alloc(7));
  const reads = buffers.map((buffer) => file.read(buffer, 0, 7, 0));
  const closed = Promise.all([file.close(), file.close()]);
  for (const { bytesRead } of await Promise.all(reads)) expect(bytesRead).toBe(7);
  await closed;
  for (const buffer of buffers) expect(buffer.toString()).toBe("content");
});

it("a file that is closed is not read: its descriptor may be another file's", async () => {
  await using folder = await temporaryFolder();
  const file = await opened(folder.dir);
  await file.close();
  await expect(file.read(Buffer.alloc(7), 0, 7, 0)).rejects.toThrow("closed");
  await expect(file.stat()).rejects.toThrow("closed");
});

it("a read that cannot begin keeps nobody from closing the file", async () => {
  await using folder = await temporaryFolder();
  const file = await opened(folder.dir);
  await expect(file.read(Buffer.alloc(1), 0, 7, 0)).rejects.toThrow(RangeError);
  await file.close();
});
