import { measure } from "../clocks.ts";
import { serve } from "../worker-process.ts";
import { ENDINGS, type Ending } from "./endings.ts";

/*
 * Begins and ends sessions, again and again, in a separate process.
 */

export type EndingTasks = {
  readonly open: (options: { name: string; url: string }) => Promise<void>;
  /** Saves this many keys and messages, then ends the session; resolves with the milliseconds of the latter. */
  readonly end: (options: { size: number }) => Promise<number>;
};

let ending: Ending;

const tasks: EndingTasks = {
  async open({ name, url }) {
    ending = await (ENDINGS[name] as (typeof ENDINGS)[string])(url);
  },
  async end({ size }) {
    await ending.begin(size);
    const { wallMs } = await measure(() => ending.end());
    if ((await ending.left()) > 0) throw new Error("Something is left after the end.");
    return wallMs;
  },
};

serve(tasks);
