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
    "mem and node:sqlite are on disk when they answer. LanceDB syncs nothing: its durable use syncs each commit's new files and folders and compacts every 50 commits. Mastra's LibSQLStore sets synchronous=NORMAL: it survives the end of the process, not of the power. LangGraph's InMemoryStore keeps nothing.",
    "node:sqlite and the blocking append hold up their thread until the disk has answered.",
    "The bare appends know no keys: they are the limit that the disk sets.",
    "mem loads LanceDB's native code with its first call, which the time to the first answer counts for both.",
    "@mastra/lance asks for a @mastra/core before 0.23 and cannot be installed beside the present one; LangGraph has no store in JavaScript that is durable without a server.",
  ],
};
