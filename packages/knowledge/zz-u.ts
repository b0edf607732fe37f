import { createLanceDbStore } from "@mem/longterm-lancedb";
import { ingestKnowledge, createKnowledge, putDocuments } from "@mem/knowledge";
import { mkdtempSync } from "node:fs";
const uri = mkdtempSync("/var/tmp/rev5/u-");
const store = createLanceDbStore({ uri });
const N = 5000;
const docs = (text: string) => Array.from({ length: N }, (_, i) => ({ id: `d${i}`, text: `${text} number ${i}` }));
await ingestKnowledge({ store, documents: docs("Beacon beacon.") });
const failing = Object.create(store);
for (const n of ["get", "list", "save", "flush"]) failing[n] = (store as any)[n].bind(store);
failing.delete = async () => { throw new Error("killed"); };
await ingestKnowledge({ store: failing, documents: docs("A beacon among many other words of the text here.") }).catch((e) => console.log(String(e)));
const k = createKnowledge({ store });
for (let i = 0; i < 2; i++) { const t = performance.now(), c = process.cpuUsage(); const h = await k.search("default", { text: "beacon", topK: 10, mode: "keyword", neighbours: true }); const u = process.cpuUsage(c); console.log("unsettled", h.length, h[0]?.text, (performance.now() - t) | 0, "cpu", (u.user + u.system) / 1e3 | 0); }
// many collections
const store2 = createLanceDbStore({ uri: uri + "x" });
const t = performance.now();
for (const n of [50, 200, 400]) { const t = performance.now(); while (((globalThis as any).c ??= 0) < n) { const i = (globalThis as any).c++; await putDocuments({ store: store2, collection: `collection-${i}`, documents: [{ id: `x${i}`, text: "a beacon" }] }); } const [m] = await store2.get({ tenantId: "default", agentId: "knowledge:manifest" }, ["manifest"]); const t2 = performance.now(); const c = process.cpuUsage(); await createKnowledge({ store: store2 }).search("default", { text: "beacon", topK: 5, mode: "keyword", neighbours: false }); const u = process.cpuUsage(c); console.log(n, "collections", JSON.stringify(m!.value).length, "bytes; put avg to here", ((performance.now() - t) / n) | 0, "ms; search", (performance.now() - t2) | 0, "cpu", ((u.user + u.system) / 1e3) | 0); }
await store.close(); await store2.close();
