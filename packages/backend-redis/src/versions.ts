import { randomBytes } from "node:crypto";

/** Makes names that are unique across all processes, at any time. */
export class Versions {
  readonly #prefix: string = `${randomBytes(9).toString("base64url")}.`;
  #count = 0;

  next(): string {
    this.#count++;
    return this.#prefix + this.#count.toString(36);
  }
}
