import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeLongTermStore } from "@mem/contract";
import { createMystoreStore } from "../src/index.ts";

describeLongTermStore({
  name: "mystore",
  open: async (options) => {
    const dir = await mkdtemp(join(tmpdir(), "mystore-"));
    let store = createMystoreStore({ dir, ...options });
    const reopen = async (changed = options) => {
      await store.close();
      return (store = createMystoreStore({ dir, ...changed }));
    };
    return { store, reopen, [Symbol.asyncDispose]: async () => await rm(dir, { recursive: true }) };
  },
});
