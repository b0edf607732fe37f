// Changes the same entries of an object store as other processes, and prints what it was told of its own share.
import { openObjectStore } from "../object-harness.ts";

const [location = "", name = "", times = ""] = process.argv.slice(2);
const scope = { tenantId: "acme", agentId: "writer" };
const store = openObjectStore(JSON.parse(location) as Parameters<typeof openObjectStore>[0]);
const said = { text: "", source: "agent" } as const;

for (let i = 0; i < Number(times); i++) {
  await countUp();
  const [claimed] = await store.save(scope, [
    { key: `claim-${i}`, value: name, ifAbsent: true, ...said },
    { key: "contested", value: `${name}-${i}`, ...said },
    { key: `${name}-${i}`, value: i, ...said },
  ]);
  if (claimed?.stored === true) console.log(`claimed ${i}`);
  const [deleted] = await store.delete(scope, [{ key: `victim-${i}` }]);
  if (deleted === true) console.log(`deleted ${i}`);
  await passToken(i);
}
await store.close();

async function countUp(): Promise<void> {
  for (;;) {
    const [entry] = await store.get(scope, ["total"]);
    const value = Number(entry?.value ?? 0) + 1;
    const condition = entry === undefined ? { ifAbsent: true } : { ifVersion: entry.version };
    const [counted] = await store.save(scope, [{ key: "total", value, ...said, ...condition }]);
    if (counted?.stored === true) return;
  }
}

/** Creates, updates or deletes one entry, on the condition that it is as it was read. */
async function passToken(turn: number): Promise<void> {
  const [token] = await store.get(scope, ["token"]);
  const { version } = token ?? {};
  if (version !== undefined && turn % 2 === 1) {
    const [deleted] = await store.delete(scope, [{ key: "token", ifVersion: version }]);
    if (deleted === true) console.log(`token ${version} -`);
    return;
  }
  const condition = version === undefined ? { ifAbsent: true } : { ifVersion: version };
  const [saved] = await store.save(scope, [{ key: "token", value: name, ...said, ...condition }]);
  if (saved?.stored === true) console.log(`token ${version ?? "-"} ${saved.version}`);
}
