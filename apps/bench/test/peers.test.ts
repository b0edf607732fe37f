import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installPeers, PeersMissingError, readPeerVersions } from "../src/peers.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-peers-"));
  await writeManifest(folder, { dependencies: { "some-peer": "1.2.3" } });
});

afterEach(() => rm(folder, { recursive: true }));

async function writeManifest(dir: string, manifest: object): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "package.json"), JSON.stringify(manifest));
}

describe("the peers", () => {
  it("are asked for in exact versions", () => {
    const versions = Object.values(readPeerVersions());
    expect(versions.length).toBeGreaterThan(10);
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it("are not fetched again where they are installed", async () => {
    await writeManifest(join(folder, "node_modules/some-peer"), { version: "1.2.3" });
    const told: string[] = [];
    await installPeers((line) => told.push(line), folder);
    expect(told).toEqual([]);
  });

  it("that are missing or of another version are fetched, which is said first", async () => {
    await writeManifest(join(folder, "node_modules/some-peer"), { version: "1.2.2" });
    const told: string[] = [];
    // Without a lock file, npm refuses before it uses the network.
    const installed = installPeers((line) => told.push(line), folder);
    await expect(installed).rejects.toBeInstanceOf(PeersMissingError);
    expect(told.join("\n")).toMatch(/Fetching the 1 packages .* MB.*--no-peers/);
  });

  it("that can't be had are reported in one line that says what to do", async () => {
    const error = await installPeers(() => undefined, folder).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toMatch(
      /^[^\n]+ \(EUSAGE\); try again with a network, or pass --no-peers\.$/,
    );
  });
});
