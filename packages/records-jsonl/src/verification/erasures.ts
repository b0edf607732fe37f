import { counted, type Findings, type Place } from "./findings.ts";

/** Compares the blanked-out lines with the erasures that name them. */
export class Erasures {
  /** The lines that no erasure has named yet, by writer and sequence. */
  readonly #blanked = new Map<string, Map<number, Place>>();
  #unfinished = 0;

  /** Adds a blanked-out line. */
  add(writer: string, sequence: number, place: Place): void {
    const places = this.#blanked.get(writer) ?? new Map<number, Place>();
    this.#blanked.set(writer, places.set(sequence, place));
  }

  /** Takes the lines that a later `erasure` line names. */
  name(lines: readonly (readonly [writer: string, sequence: number])[]): void {
    for (const [writer, sequence] of lines) {
      if (this.#blanked.get(writer)?.delete(sequence) !== true) this.#unfinished += 1;
    }
  }

  /** Reports blanked-out lines that no erasure names. Returns notes. */
  conclude(findings: Findings): string[] {
    for (const [writer, places] of this.#blanked) {
      for (const place of places.values()) {
        const message = `line ${place.line} was blanked out, and no erasure names it`;
        findings.add({ kind: "erased", place, message, writer });
      }
    }
    if (this.#unfinished === 0) return [];
    const count = counted(this.#unfinished, "line");
    return [`${count} named by an erasure and not blanked out, or named twice: ask for it again`];
  }
}
