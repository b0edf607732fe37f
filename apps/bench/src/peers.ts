import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The peers could not be had; the message says what to do. */
export class PeersMissingError extends Error {}

const FOLDER = join(import.meta.dirname, "../peers");
const SIZE = "about 250 MB";

/** The exact versions that are asked for, by name. */
export function readPeerVersions(folder: string = FOLDER): Readonly<Record<string, string>> {
  return readManifest(folder).dependencies ?? {};
}

/**
 * Makes sure that the peers are installed as their lock file says. The first time they are fetched from the registry
 * that npm is set to, after `tell` has heard of it; rejects with `PeersMissingError` where that fails.
 */
export async function installPeers(
  tell: (line: string) => void,
  folder: string = FOLDER,
): Promise<void> {
  if (areInstalled(folder)) return;
  const count = Object.keys(readPeerVersions(folder)).length;
  tell(
    `Fetching the ${count} packages to compare with, ${SIZE} with all they need, into ${folder}/node_modules (once; --no-peers does without).`,
  );
  // Nothing that comes with a peer is run.
  const npm = spawn("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  let said = "";
  npm.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const reason = await Promise.race([
    once(npm, "close").then(([code]) => (code === 0 ? undefined : errorCode(said))),
    once(npm, "error").then(([error]) => (error as Error).message),
  ]);
  if (reason === undefined && areInstalled(folder)) return;
  throw new PeersMissingError(
    `The packages to compare with could not be installed (${reason ?? "npm left some out"}); try again with a network, or pass --no-peers.`,
  );
}

function areInstalled(folder: string): boolean {
  return Object.entries(readPeerVersions(folder)).every(([name, version]) => {
    const installed = join(folder, "node_modules", name);
    return (
      existsSync(join(installed, "package.json")) && readManifest(installed).version === version
    );
  });
}

interface PeerManifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function readManifest(dir: string): PeerManifest {
  return JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) as PeerManifest;
}

/** Why npm gave up, in its own word, such as ECONNREFUSED. */
function errorCode(said: string): string {
  return /^npm error code (\S+)/m.exec(said)?.[1] ?? "npm failed";
}
