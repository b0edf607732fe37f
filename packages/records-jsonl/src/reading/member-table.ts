/** A part of a compressed segment: a member, or a damaged part between two members. */
export interface MemberPlace {
  /** Where it begins and ends in the file, in bytes. */
  readonly packedStart: number;
  readonly packedEnd: number;
  /** Where its content begins and ends in the segment, in bytes. */
  readonly start: number;
  readonly end: number;
  /** Nothing of it can be read. */
  readonly lost: boolean;
}

/** How many of the last unpacked members are kept, and up to which size, in bytes: ours are usually smaller. */
const MAX_RECENT = 4;
const MAX_RECENT_BYTES = 2 ** 17;

/** Where the members of a compressed segment are, from the first one as far as anybody has looked. */
export class MemberTable {
  readonly #places: MemberPlace[] = [];
  #recent: readonly { readonly start: number; readonly bytes: Buffer }[] = [];
  /** Whether the last known member is the last of the file. */
  complete = false;

  /** The known members, in order and without gaps. */
  get places(): readonly MemberPlace[] {
    return this.#places;
  }

  /** Where the next member begins, in the file. */
  get packedEnd(): number {
    return this.#places.at(-1)?.packedEnd ?? 0;
  }

  /** Where the next member's content begins, in the segment. */
  get end(): number {
    return this.#places.at(-1)?.end ?? 0;
  }

  /** Adds the next member or damaged part. */
  add(packedBytes: number, bytes: number, lost: boolean): MemberPlace {
    const { packedEnd, end } = this;
    const place = {
      packedStart: packedEnd,
      packedEnd: packedEnd + packedBytes,
      start: end,
      end: end + bytes,
      lost,
    };
    this.#places.push(place);
    return place;
  }

  /** The content that begins at this offset of the segment, if it is still kept. */
  recall(start: number): Buffer | undefined {
    return this.#recent.find((each) => each.start === start)?.bytes;
  }

  /** Keeps content: a reader comes back with the next batch or page, or for the line that ends in the member before. */
  remember(start: number, bytes: Buffer): void {
    if (bytes.length > MAX_RECENT_BYTES) return;
    this.#recent = [{ start, bytes }, ...this.#recent.slice(0, MAX_RECENT - 1)];
  }

  /** The member that holds this offset of the segment; undefined if it is not known yet, or if there is none. */
  find(position: number): MemberPlace | undefined {
    const places = this.#places;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((places[middle] as MemberPlace).end <= position) low = middle + 1;
      else high = middle;
    }
    return places[low];
  }
}
