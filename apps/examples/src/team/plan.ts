import { memoryKey } from "@mem/core";
import { z } from "zod";

/** What the strategy agent hands over. A typed key: `save` checks the value, and `retrieve` returns it typed. */
export const planKey = memoryKey(
  "plan",
  z.object({
    goal: z.string(),
    audience: z.string(),
    message: z.string(),
    channels: z.array(z.object({ channel: z.string(), budget: z.number(), because: z.string() })),
  }),
);

/** What the content agent hands over: a text for each channel. */
export const textsKey = memoryKey(
  "texts",
  z.array(z.object({ channel: z.string(), text: z.string() })),
);
