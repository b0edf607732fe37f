export { findRedisServer, type FindRedisOptions } from "./find-redis-server.ts";
export type { RedisBinary } from "./redis-binary.ts";
export {
  startRedisCluster,
  type RedisCluster,
  type StartRedisClusterOptions,
} from "./redis-cluster.ts";
export {
  startRedisSentinels,
  type RedisSentinels,
  type StartRedisSentinelsOptions,
} from "./redis-sentinel.ts";
export { startRedis, type RedisServer, type StartRedisOptions } from "./redis-server.ts";
export type { Reply } from "./resp.ts";
