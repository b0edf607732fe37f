import type { DigestTail } from "../line/chain-tail.ts";
import type { Place } from "./findings.ts";

/** Counts the lines that were signed with a key, and those that do not fit the given one. */
export class Signatures {
  readonly #hasKey: boolean;
  /** How many lines were signed with a key, and the first of them. */
  keyed = 0;
  first: Place | undefined;
  /** How many of them do not fit the given key. */
  misfits = 0;

  constructor(hasKey: boolean) {
    this.#hasKey = hasKey;
  }

  note(place: Place, { field }: DigestTail): void {
    if (field === "hmac") {
      this.keyed += 1;
      this.first ??= place;
    } else if (this.#hasKey) {
      place.segment.unsigned ??= place;
      place.segment.unsignedLines += 1;
    }
  }
}
