import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeRecordStore } from "@mem/contract";
import { createMystoreRecords } from "../src/index.ts";

describeRecordStore({
  name: "mystore",
  open: async () => {
    const dir = await mkdtemp(join(tmpdir(), "mystore-"));
    let store = createMystoreRecords({ dir });
    const reopen = async () => {
      await store.close();
      return (store = createMystoreRecords({ dir }));
    };
    return { store, reopen, [Symbol.asyncDispose]: async () => await rm(dir, { recursive: true }) };
  },
});
