import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The peers could not be installed; the message says what to do. */
export class PeersMissingError extends Error {}

const FOLDER = join(import.meta.dirname, "../peers");
const SIZE = "about 300 MB";

/** The exact versions that are required, by name. */
export function readPeerVersions(folder: string = FOLDER): Readonly<Record<string, string>> {
  return readManifest(folder).dependencies ?? {};
}

/**
 * Makes sure that the peers are installed as their lock file says. The first time, announces by `tell` that it fetches
 * them from the registry that npm is configured for; rejects with `PeersMissingError` if that fails.
 */
export async function installPeers(
  tell: (line: string) => void,
  folder: string = FOLDER,
): Promise<void> {
  if (areInstalled(folder)) return;
  const count = Object.keys(readPeerVersions(folder)).length;
  tell(
    `Fetching the ${count} packages to compare with, ${SIZE} with their dependencies, into ${folder}/node_modules (only once; --no-peers leaves them out).`,
  );
  // No script of a peer's package is run.
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

/** Why npm gave up, as its own error code, such as ECONNREFUSED. */
function errorCode(said: string): string {
  return /^npm error code (\S+)/m.exec(said)?.[1] ?? "npm failed";
}
