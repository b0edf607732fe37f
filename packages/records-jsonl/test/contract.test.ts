import { describeRecordStore } from "@mem/contract";
import { createJsonlRecords } from "../src/index.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

for (const durability of ["disk", "process"] as const) {
  describeRecordStore({
    name: `createJsonlRecords, ${durability}`,
    async open() {
      const { dir, [Symbol.asyncDispose]: dispose } = await temporaryFolder();
      const another = async () => createJsonlRecords({ dir, durability });
      const store = await another();
      const reopen = async () => store.close().then(another);
      return { store, reopen, another, [Symbol.asyncDispose]: dispose };
    },
  });
}
