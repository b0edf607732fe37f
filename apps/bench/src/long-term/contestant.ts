/** What is compared: memories by their place, saved and read in a separate process. */
export interface Contestant {
  /** Resolves when the memory is as safe as the contestant makes it. */
  save(place: number, revision: number): Promise<unknown> | void;
  /** Resolves with the value. */
  get?(place: number): Promise<unknown>;
  /** Waits for background work. */
  settle?(): Promise<unknown>;
  /** How much was acknowledged but still waits for background work. */
  backlog?(): Promise<Backlog>;
}

export interface Backlog {
  readonly entries: number;
  readonly bytes: number;
}

export interface Opening {
  /** Belongs to the contestant alone, which creates it. */
  readonly folder: string;
  /** The number of memories that it holds before it is measured. */
  readonly filled: number;
}

export type Open = (opening: Opening) => Promise<Contestant>;
