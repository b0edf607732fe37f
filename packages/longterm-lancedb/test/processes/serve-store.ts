// Makes the calls to a store that its parent asks for.
import { createHashingEmbedder, isMemoryError } from "@mem/core";
import { createLanceDbStore } from "../../src/index.ts";
import type { Call, ProcessOptions, Reply } from "../store-process.ts";

const [uri = "", json = "{}"] = process.argv.slice(2);
const { dimensions, ...options } = JSON.parse(json) as ProcessOptions;
const embedder = dimensions === undefined ? undefined : createHashingEmbedder({ dimensions });
const store = createLanceDbStore({ uri, ...options, ...(embedder && { embedder }) });

process.on("message", ({ id, method, args }: Call) => {
  const run = store[method].bind(store) as (...all: readonly unknown[]) => Promise<unknown>;
  run(...args).then(
    (result) => reply({ id, result }),
    (error: unknown) => {
      const { message } = error as Error;
      const told = isMemoryError(error) ? error : { code: "", outcome: "" };
      reply({ id, error: { code: told.code, outcome: told.outcome, message } });
    },
  );
});

function reply(answer: Reply): void {
  process.send?.(answer);
}
