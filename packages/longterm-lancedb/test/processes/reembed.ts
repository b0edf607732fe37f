// Reembeds with another embedder, prints what that is asked, and dies at one of its requests if told to.
import { createLanceDbStore } from "../../src/index.ts";
import { otherEmbedder } from "../other-embedder.ts";

const [uri = "", dieAt = "0"] = process.argv.slice(2);
const store = createLanceDbStore({ uri });
let requests = 0;
const embedder = otherEmbedder((texts) => {
  requests++;
  if (requests === Number(dieAt)) process.kill(process.pid, "SIGKILL");
  for (const text of texts) console.log(`asked ${text}`);
});
const { entries } = await store.reembed(embedder);
console.log(`done ${entries}`);
await store.close();
