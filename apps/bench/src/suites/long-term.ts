import { importMillion, importSome } from "../long-term/bulk-import.ts";
import { burst, together } from "../long-term/concurrent.ts";
import { footprint } from "../long-term/footprint.ts";
import { getCached, getMillion } from "../long-term/gets.ts";
import { growth } from "../long-term/growth.ts";
import { saveAgainstDisk, saveAgainstLanceDb } from "../long-term/one-at-a-time.ts";
import { openMillion, openUnflushed, residentMemory } from "../long-term/opening.ts";
import { sustained } from "../long-term/sustained.ts";
import type { Suite } from "../suite.ts";

export const longTermSuite: Suite = {
  name: "long-term",
  about: "long-term memory on LanceDB, beside LanceDB itself, SQLite and the bare disk",
  takes: "about twelve minutes, and five more the first time",
  peers: ["@mastra/libsql", "@langchain/langgraph-checkpoint"],
  experiments: [
    saveAgainstDisk,
    saveAgainstLanceDb,
    burst,
    sustained,
    together,
    growth,
    footprint,
    getCached,
    getMillion,
    importSome,
    importMillion,
    residentMemory,
    openMillion,
    openUnflushed,
  ],
  notes: [
    "When mem and node:sqlite answer, the data is on disk. LanceDB itself syncs nothing: its durable use syncs each commit's new files and folders and compacts every 50 commits. Mastra's LibSQLStore sets synchronous=NORMAL: its data survives the end of the process, but not a power failure. LangGraph's InMemoryStore stores nothing on disk.",
    "node:sqlite and the blocking append block their thread until the disk has answered.",
    "The bare appends have no keys: they show the limit that the disk sets.",
    "mem loads LanceDB's native code at its first call; the time to the first answer includes this loading for both.",
    "@mastra/lance requires @mastra/core before 0.23 and cannot be installed beside the current one; LangGraph has no JavaScript store that is durable without a server.",
  ],
};
