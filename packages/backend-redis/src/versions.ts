import { randomBytes } from "node:crypto";

/** Names that no process, before or after, gives a second time. */
export class Versions {
  readonly #prefix: string = `${randomBytes(9).toString("base64url")}.`;
  #count = 0;

  next(): string {
    this.#count++;
    return this.#prefix + this.#count.toString(36);
  }
}
