import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { loadPeer } from "../../peers/load.ts";
import type { Contestant } from "./contestant.ts";
import { recordAt } from "./workload.ts";

type Load = typeof loadPeer;

export const PINO_ASYNC = "pino, async";
export const PINO_SYNC = "pino, sync";
export const SONIC_BOOM = "sonic-boom";
export const SONIC_BOOM_SYNCED = "sonic-boom, fsync";

const COUNT = 1_000_000;
/** As in pino's documentation of asynchronous logging. */
const MIN_LENGTH = 4096;

/** Each one is set up as its documentation describes; none of them reports when a record is written. */
export const PEER_LOGGERS: Readonly<
  Record<string, (folder: string, load: Load) => Promise<Contestant>>
> = {
  [PINO_ASYNC]: (folder, load) => pino(folder, load, { sync: false, minLength: MIN_LENGTH }),
  [PINO_SYNC]: (folder, load) => pino(folder, load, { sync: true }),
  [SONIC_BOOM]: (folder, load) => sonicBoom(folder, load, { minLength: MIN_LENGTH }),
  [SONIC_BOOM_SYNCED]: (folder, load) => sonicBoom(folder, load, { fsync: true }),
};

interface DestinationOptions {
  readonly dest: string;
  readonly sync?: boolean;
  readonly minLength?: number;
  readonly fsync?: boolean;
}

interface Destination {
  write(line: string): boolean;
  flush(done: (error?: Error) => void): void;
  once(event: "ready", listener: () => void): void;
}

interface Pino {
  readonly default: {
    (options: object, destination: Destination): { info(record: object): void };
    destination(options: DestinationOptions): Destination;
  };
}

async function pino(
  folder: string,
  load: Load,
  options: Omit<DestinationOptions, "dest">,
): Promise<Contestant> {
  const { default: create } = await load<Pino>("pino");
  await mkdir(folder, { recursive: true });
  const destination = create.destination({ dest: join(folder, "log"), ...options });
  if (options.sync !== true) await ready(destination);
  const logger = create({}, destination);
  return {
    append: (place) => logger.info(recordAt(place, COUNT)),
    ...(options.sync !== true && { drain: () => flushed(destination) }),
  };
}

async function sonicBoom(
  folder: string,
  load: Load,
  options: Omit<DestinationOptions, "dest">,
): Promise<Contestant> {
  const { default: SonicBoom } = await load<{
    readonly default: new (options: DestinationOptions) => Destination;
  }>("sonic-boom");
  await mkdir(folder, { recursive: true });
  const destination = new SonicBoom({ dest: join(folder, "log"), ...options });
  await ready(destination);
  return {
    append: (place) => {
      destination.write(`${JSON.stringify(recordAt(place, COUNT))}\n`);
    },
    drain: () => flushed(destination),
  };
}

function ready(destination: Destination): Promise<void> {
  return new Promise((resolve) => {
    destination.once("ready", resolve);
  });
}

function flushed(destination: Destination): Promise<void> {
  return new Promise((resolve, reject) => {
    destination.flush((error) =>
      error === undefined || error === null ? resolve() : reject(error),
    );
  });
}
