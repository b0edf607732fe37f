import type { ConversationMessage, HistoryOptions, Workflow } from "@mem/core";

const FIRST_PAGE = 16;
const LARGEST_PAGE = 128;
/** Pages are about this large at most, so that a conversation of large messages is read in little memory. */
const PAGE_CHARACTERS = 4_000_000;

/** Reads a conversation from its end, in growing pages: the latest messages cost little, however many there are. */
export class BackwardReading {
  readonly #workflow: Workflow;
  readonly #call: Pick<HistoryOptions, "signal">;
  readonly #isWanted: (message: ConversationMessage) => boolean;
  /** Latest first. */
  readonly #pages: (readonly ConversationMessage[])[] = [];
  #size = FIRST_PAGE;
  #first: number | undefined;
  #last = 0;
  #count = 0;
  #isComplete = false;

  constructor(
    workflow: Workflow,
    signal: AbortSignal | undefined,
    isWanted: (message: ConversationMessage) => boolean = () => true,
  ) {
    this.#workflow = workflow;
    this.#call = signal === undefined ? {} : { signal };
    this.#isWanted = isWanted;
  }

  /** The wanted messages that were read so far, oldest first. */
  get messages(): readonly ConversationMessage[] {
    return this.#pages.toReversed().flat();
  }

  /** The position of the latest message that was read; 0 if there was none. */
  get last(): number {
    return this.#last;
  }

  /** Whether it has reached the beginning. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Reads on until every message after this position has been read. */
  async backTo(position: number): Promise<void> {
    while (!this.#isComplete && (this.#first === undefined || this.#first > position + 1)) {
      await this.#readPage();
    }
  }

  /** Reads at least half as many messages again, so that callers need not go through all of them after each page. */
  async further(): Promise<void> {
    const enough = this.#count * 1.5;
    do await this.#readPage();
    while (!this.#isComplete && this.#count < enough);
  }

  async #readPage(): Promise<void> {
    const page = await this.#workflow.history({
      limit: this.#size,
      ...(this.#first !== undefined && { before: this.#first }),
      ...this.#call,
    });
    this.#isComplete = page.length < this.#size;
    const [oldest] = page;
    if (oldest === undefined) return;
    if (this.#first === undefined) this.#last = page.at(-1)?.position ?? 0;
    this.#first = oldest.position;
    this.#size = sizeAfter(page);
    this.#count += page.length;
    this.#pages.push(page.filter(this.#isWanted));
  }
}

/** The size of the page after this one. */
function sizeAfter(page: readonly ConversationMessage[]): number {
  const characters = page.reduce((sum, message) => sum + lengthOf(message), 1);
  const fitting = Math.floor((PAGE_CHARACTERS / characters) * page.length);
  return Math.max(1, Math.min(2 * page.length, fitting, LARGEST_PAGE));
}

function lengthOf({ content, toolCalls = [], metadata = {} }: ConversationMessage): number {
  return [content, ...toolCalls, metadata].reduce<number>((sum, part) => {
    return sum + (typeof part === "string" ? part : JSON.stringify(part)).length;
  }, 0);
}
