import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { makeDirectory, networkFileSystem, refuseNetworkFileSystem } from "../src/directory.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test.each([
  ["NFS", 0x6969],
  ["SMB 2", 0xfe534d42],
  // Some systems report the type as a signed number.
  ["SMB 2", 0xfe534d42 | 0],
  ["Ceph", 0x00c36400],
])("%s is known as a network file system", (name, type) => {
  expect(networkFileSystem(type)).toBe(process.platform === "linux" ? name : undefined);
});

test.each([
  ["ext4", 0xef53],
  ["XFS", 0x58465342],
  ["Btrfs", 0x9123683e],
  ["tmpfs", 0x01021994],
  ["overlayfs", 0x794c7630],
])("%s is none", (_, type) => {
  expect(networkFileSystem(type)).toBeUndefined();
});

test("a local folder is accepted, a missing one is not", async () => {
  const folder = temporaryFolder();
  await refuseNetworkFileSystem(folder);
  await expect(refuseNetworkFileSystem(join(folder, "missing"))).rejects.toMatchObject({
    code: "LOG_IO",
  });
});

test("folders are created with those above them, and may be there already", async () => {
  const folder = join(temporaryFolder(), "a", "b", "c");
  await makeDirectory(folder, true);
  await makeDirectory(folder, true);
  expect(existsSync(folder)).toBe(true);
});
