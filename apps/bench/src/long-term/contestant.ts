/** What is compared: memories by their place, saved and read in a process of its own. */
export interface Contestant {
  /** Resolves when it is as safe as the contestant makes it. */
  save(place: number, revision: number): Promise<unknown> | void;
  /** The value. */
  get?(place: number): Promise<unknown>;
  /** Waits for what is done in the background. */
  settle?(): Promise<unknown>;
  /** How much was acknowledged that waits for work in the background. */
  backlog?(): Promise<Backlog>;
}

export interface Backlog {
  readonly entries: number;
  readonly bytes: number;
}

export interface Opening {
  /** The contestant's own; it makes it. */
  readonly folder: string;
  /** How many memories it holds before it is measured. */
  readonly filled: number;
}

export type Open = (opening: Opening) => Promise<Contestant>;
