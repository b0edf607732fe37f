import { Cluster } from "ioredis";
import { startRedisCluster } from "@mem/redis-server";
import { createRedisBackend } from "@mem/backend-redis";
import { it } from "vitest";
it("x", async () => {
  for (let round = 0; round < 6; round++) {
  await using cluster = await startRedisCluster({ replicas: 1 });
  const client = new Cluster(cluster.masters.map(({port})=>({host:"127.0.0.1",port})), { lazyConnect: true, retryDelayOnFailover: 0, clusterRetryStrategy: () => 150,
    redisOptions: { autoResendUnfulfilledCommands:false, maxRetriesPerRequest:null, socketTimeout:1600, connectTimeout:1500, disconnectTimeout:100, maxLoadingRetryTime:100 } });
  const log: string[] = [];
  const t0 = performance.now();
  const say = (s: string) => log.push(`${(performance.now()-t0).toFixed(0)} ${s}`);
  for (const e of ["connect","ready","close","reconnecting","end","error","node error","+node","-node","refresh"]) client.on(e as "ready", (...a: unknown[]) => say(e + " " + a.map(x => x instanceof Error ? x.message : typeof x === "string" ? x : (x as any)?.options?.port ?? "").join(" ")));
  const backend = createRedisBackend({ client, timeoutMs: 1500 });
  const agents = Array.from({length: 12}, (_, i) => ({ tenantId: "acme", agentId: `a${i}` }));
  for (const a of agents) await backend.save(a, [{ key: "k", value: 1, ttlMs: null, source: "agent" }]);
  const status = async (tag: string) => {
    const r = await Promise.all(agents.map(a => backend.get(a, ["k"]).then(() => "ok", (e) => e.code + ":" + e.outcome + ":" + e.message)));
    say(tag + " " + r.map(x => x === "ok" ? "." : x).join(" | "));
  };
  say("pause"); cluster.masters[2]!.pause();
  await status("paused");
  say("kill"); await cluster.masters[2]!.kill();
  await status("killed");
  await status("killed2");
  await cluster.replicas[2]!.command("CLUSTER","FAILOVER","TAKEOVER").catch((e) => say(String(e))); say("takeover");
  for (let i = 0; i < 6; i++) await status("after");
  console.log(log.join("\n") + "\n--------");
  await backend.close(); client.disconnect();
  }
}, 200000);
