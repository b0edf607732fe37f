import { findRedisServer, type RedisBinary } from "@mem/redis-server";

import { answerHelp, formatDuration } from "./command-line.ts";
import { runTasks } from "./turbo.ts";

answerHelp(`
npm test                           types, tests, builds, lint, format, layers, docs, packages
npm test -- --force                the same without the cache
npm test -- --filter=@mem/session  types, tests and build of one package

Other arguments are passed on to "turbo run". The tests use a real Redis: the program named by
MEM_TEST_REDIS_SERVER, or else redis-server or valkey-server from PATH, or else, on Debian and
Ubuntu, the distribution's package, unpacked into .cache/redis.
`);

const args = process.argv.slice(2);
const ofPackages = ["typecheck", "test", "build"];
const ofTheWhole = [
  "lint",
  "format:check",
  "boundaries",
  "check:layout",
  "check:docs",
  "check:packages",
];
const isFiltered = args.some((argument) => argument.startsWith("--filter"));
const tasks = isFiltered ? ofPackages : [...ofPackages, ...ofTheWhole.map((name) => `//#${name}`)];

const started = performance.now();
const redis = await findRedis();
if (redis !== undefined) {
  console.log(`Redis ${redis.version}: ${redis.path}`);
  const run = await runTasks([...tasks, ...args], {
    // Part of every task's key in the cache: another Redis is another test.
    MEM_TEST_REDIS_SERVER: redis.path,
    MEM_TEST_REDIS_VERSION: redis.version,
  });
  const ran = isFiltered ? ofPackages : [...ofPackages, ...ofTheWhole];
  const figures = [
    `${run.exitCode === 0 ? "Passed" : "Failed"}: ${ran.join(", ")}`,
    `${run.tests} tests`,
    `${run.passed} tasks passed, ${run.cached} of them from the cache`,
    formatDuration(performance.now() - started),
  ];
  console.log(figures.join("; "));
  process.exitCode = run.exitCode;
}

async function findRedis(): Promise<RedisBinary | undefined> {
  try {
    return await findRedisServer();
  } catch (error) {
    // Tests that need a server are not passed over: without one the run fails.
    console.error((error as Error).message);
    process.exitCode = 1;
    return undefined;
  }
}
