import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { failureText, inspectBinary, type RedisBinary } from "./redis-binary.ts";

const execute = promisify(execFile);

const remedy =
  "Install a server (Debian, Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`) " +
  "or name its program in MEM_TEST_REDIS_SERVER.";

/** Parts of the running system: a second copy of them would not work beside the first. */
const systemPackages = new Set(["libc6", "libcrypt1", "libgcc-s1"]);

/**
 * Unpacks the distribution's Redis into its own folder, with a script that runs it with the
 * libraries beside it. apt uses private lists and a private cache: the machine's own are neither
 * needed nor changed, and root is not required.
 */
export async function bringRedisFromDebian(
  cacheDir: string,
  announce: (line: string) => void,
): Promise<RedisBinary> {
  const system = await nameSystem();
  const home = join(cacheDir, system);
  const launcher = join(home, "redis-server");
  if (!existsSync(launcher)) {
    announce(`No redis-server on PATH: unpacking the one of ${system} into ${home}`);
    await unpackInto(home, cacheDir);
  }
  return await inspectBinary(launcher, `Delete ${home}, and it is made anew: it holds`);
}

/** For example `debian-12-x64`; rejects on a system without apt and dpkg. */
async function nameSystem(): Promise<string> {
  if (!existsSync("/usr/bin/apt-get") || !existsSync("/usr/bin/dpkg")) {
    throw new Error(`No redis-server or valkey-server on PATH. ${remedy}`);
  }
  const release = await readFile("/etc/os-release", "utf8");
  const field = (name: string): string =>
    new RegExp(`^${name}="?([\\w.-]+)`, "m").exec(release)?.[1] ?? "unknown";
  return `${field("ID")}-${field("VERSION_ID")}-${process.arch}`;
}

async function unpackInto(home: string, cacheDir: string): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const work = await mkdtemp(join(cacheDir, "unpacking-"));
  try {
    const unpacked = join(work, "unpacked");
    await mkdir(unpacked);
    for (const file of await download(work)) {
      await execute("dpkg", ["--extract", file, join(unpacked, "root")]);
    }
    await writeLauncher(unpacked);
    await inspectBinary(join(unpacked, "redis-server"), "The packages gave");
    await moveIntoPlace(unpacked, home);
  } catch (cause) {
    const why = failureText(cause);
    throw new Error(`Redis could not be brought along. ${remedy}\n${why}`, { cause });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(work: string): Promise<string[]> {
  const packages = join(work, "packages");
  await mkdir(packages);
  await mkdir(join(work, "state/lists/partial"), { recursive: true });
  await mkdir(join(work, "cache/archives/partial"), { recursive: true });
  await writeFile(join(work, "apt.conf"), aptSettings(work));
  const apt = async (...args: string[]): Promise<string> => {
    const options = { cwd: packages, env: { ...process.env, LC_ALL: "C" } };
    const settings = `--config-file=${join(work, "apt.conf")}`;
    return (await execute("apt-get", [settings, ...args], options)).stdout;
  };
  // One broken source among several need not matter: the plan tells whether it does.
  const updateFailure = await apt("update").then(() => "", failureText);
  try {
    const plan = await apt("--simulate", "--no-install-recommends", "install", "redis-server");
    const missing = Array.from(plan.matchAll(/^Inst (\S+)/gm), ([, name = ""]) => name);
    const libraries = missing.filter(
      (name) => /^(lib|lua)/.test(name) && !systemPackages.has(name),
    );
    // The server is named because the plan is empty on a system that already has it.
    await apt("download", ...new Set(["redis-server", "redis-tools", ...libraries]));
  } catch (cause) {
    throw new Error(`apt-get: ${updateFailure}\n${failureText(cause)}`, { cause });
  }
  return (await readdir(packages)).map((file) => join(packages, file));
}

function aptSettings(work: string): string {
  return `
    Dir::State "${work}/state";
    Dir::State::status "/var/lib/dpkg/status";
    Dir::Cache "${work}/cache";
    Acquire::Languages "none";
    Acquire::Retries "2";
    Acquire::http::Timeout "30";
    APT::Sandbox::User "root";
    #clear APT::Update::Post-Invoke;
    #clear APT::Update::Post-Invoke-Success;
  `;
}

/** Writes a script that finds its libraries beside itself, wherever the folder is moved. */
async function writeLauncher(unpacked: string): Promise<void> {
  const folders = new Set<string>();
  for (const entry of await readdir(join(unpacked, "root"), { recursive: true })) {
    const folder = /^(.*)\/[^/]*\.so[^/]*$/.exec(entry)?.[1];
    if (folder !== undefined) folders.add(`$here/root/${folder}`);
  }
  const script = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
export LD_LIBRARY_PATH="${[...folders].join(":")}"
exec "$here/root/usr/bin/redis-server" "$@"
`;
  await writeFile(join(unpacked, "redis-server"), script);
  await chmod(join(unpacked, "redis-server"), 0o755);
}

/** Two runs may race: the first one's folder stays; the other's is as good and is removed. */
async function moveIntoPlace(unpacked: string, home: string): Promise<void> {
  try {
    await rename(unpacked, home);
  } catch (cause) {
    if (!existsSync(join(home, "redis-server"))) throw cause;
  }
}
