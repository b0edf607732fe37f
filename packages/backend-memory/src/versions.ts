import { randomBytes } from "node:crypto";

/** Numbers inside, opaque text outside: no other process, before or after, produces the same text. */
export class Versions {
  readonly #prefix: string = `${randomBytes(9).toString("base64url")}.`;
  #latest = 0;

  next(): number {
    return ++this.#latest;
  }

  text(version: number): string {
    // In base 36: the engine keeps every decimal it has written in a cache, which each collection then has to walk.
    return this.#prefix + version.toString(36);
  }
}
