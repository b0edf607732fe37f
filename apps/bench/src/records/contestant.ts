/** What is compared: records by their place, written in a separate process. */
export interface Contestant {
  /** Resolves when the record is as safe as the contestant makes it; returns nothing if it acknowledges nothing. */
  append(place: number): Promise<unknown> | void;
  /** Waits until everything that was handed over without an acknowledgement is written. */
  drain?(): Promise<unknown>;
  /** Waits for background work. */
  settle?(): Promise<unknown>;
}

export type Open = (folder: string) => Promise<Contestant>;
