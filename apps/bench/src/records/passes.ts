import { Score } from "../race.ts";
import { toRow } from "../row.ts";
import { rotated } from "../statistics.ts";
import type { Experiment } from "../suite.ts";
import { startWorker } from "../worker-process.ts";
import type { Pass, ReadTasks } from "./read-worker.ts";
import { describeTrail, GB, startReader, trail } from "./trails.ts";
import { join } from "node:path";

const MB = 1e6;
const LIMIT_MB = 64;
const SEGMENTS = "mem, segments of 64 MiB, unpacked";

/** Checks everything from the first byte to the last: whether it is what was written. */
export const verifying: Experiment = {
  title: "verify",
  async run(lab) {
    const one = await trail("one file", GB, lab.tell);
    const segments = await trail("segments", GB, lab.tell);
    const score = new Score();
    const passes: readonly (readonly [name: string, pass: Pass, made: typeof one])[] = [
      ["mem", "verify", one],
      ["hash", "hash", one],
      ["hash line by line", "hash line by line", one],
      [SEGMENTS, "verify", segments],
    ];
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      for (const [name, pass, made] of rotated(passes, round)) {
        await using reader = startReader();
        await reader.ask("open", { trail: made });
        score.add(name, await reader.ask("pass", { pass }));
      }
    }
    return [
      toRow(
        {
          suite: "records",
          case: "verify",
          config: describeTrail(one),
          clock: "wall",
          better: "higher",
          unit: "MB/s",
          rival: "SHA-256 of the bytes",
          target: 0.4,
          stretch: 0.7,
        },
        { ours: score.of("mem"), against: score.of("hash"), peers: score.without("mem", "hash") },
      ),
    ];
  },
};

/** The memory of a process that reads every record, page by page. */
export const streaming: Experiment = {
  title: "memory while streaming",
  async run(lab) {
    const one = await trail("one file", GB, lab.tell);
    const segments = await trail("segments", GB, lab.tell);
    const score = new Score();
    const streams = [
      ["mem", "mem", one],
      ["mem, segments of 64 MiB", "mem", segments],
      ["readline + JSON.parse", "readline", one],
    ] as const;
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      for (const [name, reader, made] of streams) {
        // A process with the default heap: with unlimited room, nothing would be collected.
        await using worker = startWorker<ReadTasks>(join(import.meta.dirname, "read-worker.ts"), {
          heapMb: "default",
        });
        await worker.ask("open", { trail: made });
        score.add(name, (await worker.ask("stream", { reader })) / MB);
      }
    }
    const ours = score.of("mem");
    return [
      toRow(
        {
          suite: "records",
          case: "memory while streaming, over idle",
          config: describeTrail(one),
          clock: "none",
          better: "lower",
          unit: "MB",
          rival: "the limit set",
          target: 1,
        },
        { ours, against: ours.map(() => LIMIT_MB), peers: score.without("mem") },
      ),
    ];
  },
};
