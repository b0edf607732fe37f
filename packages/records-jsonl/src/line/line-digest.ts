import { createHash, createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** Characters of a digest on a line: 24 bytes in base64url. */
export const DIGEST_CHARS = 32;
/** The `previous` of a writer's first line. */
export const NO_DIGEST: string = "A".repeat(DIGEST_CHARS);

/** The name of a line's last field: `"hmac"` if its digest is made with a key. */
export type DigestField = "digest" | "hmac";

/** A digest over pieces that are added one after the other. */
export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** Call it once, at the end. */
  value(): string;
}

/** Makes the digests of lines. */
export interface LineDigester {
  readonly field: DigestField;
  digest(bytes: string | Uint8Array): string;
  begin(): RunningDigest;
}

/** The first 24 bytes of SHA-256, which anybody can compute. */
export const plainDigester: LineDigester = {
  field: "digest",
  digest: (bytes) => hash("sha256", bytes, "base64url").slice(0, DIGEST_CHARS),
  begin: () => running(createHash("sha256")),
};

/** With a key, the digests are the first 24 bytes of HMAC-SHA-256; without, those of `plainDigester`. */
export function createDigester(key: string | Uint8Array | undefined): LineDigester {
  return key === undefined ? plainDigester : keyedDigester(secretOf(key));
}

function keyedDigester(secret: KeyObject): LineDigester {
  return {
    field: "hmac",
    digest: (bytes) =>
      createHmac("sha256", secret).update(bytes).digest("base64url").slice(0, DIGEST_CHARS),
    begin: () => running(createHmac("sha256", secret)),
  };
}

/** A copy of the key that no report, log or inspection shows. */
function secretOf(key: string | Uint8Array): KeyObject {
  return typeof key === "string" ? createSecretKey(key, "utf8") : createSecretKey(key);
}

function running(
  sum: ReturnType<typeof createHash> | ReturnType<typeof createHmac>,
): RunningDigest {
  return {
    update: (bytes) => void sum.update(bytes),
    value: () => sum.digest("base64url").slice(0, DIGEST_CHARS),
  };
}
