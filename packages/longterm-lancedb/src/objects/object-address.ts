import { MemoryError } from "@mem/core";

const SCHEMES: ReadonlySet<string> = new Set(["s3", "gs", "az"]);

/** The address of an object store without a slash at its end; `undefined`: `uri` is a path. */
export function objectAddress(uri: string): string | undefined {
  const [, scheme, path = ""] = /^([a-z][a-z0-9+.-]+):\/\/(.*)$/is.exec(uri) ?? [];
  if (scheme === undefined) return undefined;
  if (!SCHEMES.has(scheme)) {
    throw new MemoryError(
      "MEM_UNSUPPORTED",
      `options.uri names ${scheme}:// storage; a store lies in a folder on a local disk, or in s3://, gs:// or az://`,
      { path: "options.uri" },
    );
  }
  const address = path.replace(/\/+$/, "");
  if (/^[^/@?#]+\/[^?#]+$/.test(address)) return `${scheme}://${address}`;
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `options.uri has to name a bucket and a path in it, as ${scheme}://bucket/path does; keys and settings belong into options.storageOptions`,
    { path: "options.uri" },
  );
}
