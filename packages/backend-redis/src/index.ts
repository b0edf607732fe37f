export type { RedisTarget } from "./client.ts";
export type { RedisBackendOptions, RedisBackendSettings } from "./options.ts";
export { createRedisBackend } from "./redis-backend.ts";
