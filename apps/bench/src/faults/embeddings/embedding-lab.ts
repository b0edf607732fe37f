import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { undoAtTheLatest } from "../lab/leftovers.ts";
import { liveAndDie, type Life, type LifeEnd } from "./life.ts";
import { startMisbehavingService, type MisbehavingService } from "./misbehaving-service.ts";
import { CANARY } from "./saved-texts.ts";
import type { EmbeddingSubject, SubjectOptions } from "./subject.ts";
import type { EmbeddingFinding } from "./stored-vectors.ts";

export interface EmbeddingFaultsOptions {
  /** The number of saves to make. */
  readonly writes: number;
  readonly random: () => number;
  readonly subject?: EmbeddingSubject;
  /** The most requests that the service gets between the last save of a process and its end. Default 100. */
  readonly requestsALife?: number;
  /** How often re-embedding with another model is killed. Default 3. */
  readonly killedReembeddings?: number;
  readonly onStep?: (step: string) => void;
}

const MOST_SAID = 20;

/** A store, the service that its vectors come from, and the findings. */
export class EmbeddingLab implements AsyncDisposable {
  readonly uri: string;
  readonly service: MisbehavingService;
  readonly writes: number;
  readonly random: () => number;
  readonly killedReembeddings: number;
  readonly findings: EmbeddingFinding[] = [];
  kills = 0;
  readonly #options: EmbeddingFaultsOptions;
  readonly #apiKey: string;
  readonly #leftover: Disposable;

  private constructor(options: EmbeddingFaultsOptions, service: MisbehavingService) {
    const folder = mkdtempSync(join(tmpdir(), "mem-faults-"));
    this.#leftover = undoAtTheLatest(() => rmSync(folder, { recursive: true, force: true }));
    this.#options = options;
    this.#apiKey = `sk-secret-${Math.floor(options.random() * 2 ** 32)}-of-the-lab`;
    this.uri = join(folder, "memory");
    this.service = service;
    this.writes = options.writes;
    this.random = options.random;
    this.killedReembeddings = options.killedReembeddings ?? 3;
  }

  static async open(options: EmbeddingFaultsOptions): Promise<EmbeddingLab> {
    return new EmbeddingLab(options, await startMisbehavingService(options.random));
  }

  /** The options for using a model of the service. */
  asking(model: string): SubjectOptions {
    const { subject = "mem" } = this.#options;
    return { subject, baseUrl: this.service.baseUrl, apiKey: this.#apiKey, model };
  }

  /** The same for a process that will be killed; half of these cache vectors on disk. */
  askingOrKnowing(model: string): SubjectOptions {
    const asking = this.asking(model);
    return this.random() < 0.5 ? asking : { ...asking, cacheDir: `${this.uri}-vectors` };
  }

  step(step: string): void {
    this.#options.onStep?.(step);
  }

  /** Ends a life once the service has got some more requests, or the process has had time to send some. */
  afterSomeRequests(): LifeEnd {
    const { requestsALife = 100 } = this.#options;
    const enough = this.service.requests + (0.5 + this.random() / 2) * requestsALife;
    return (lines) => {
      const said = lines.filter((line) => "said" in line).length;
      return this.service.requests >= enough || said > MOST_SAID;
    };
  }

  async live(...[module, task, end]: Parameters<typeof liveAndDie>): Promise<Life> {
    const life = await liveAndDie(module, task, end);
    this.kills++;
    for (const line of life.lines) {
      if ("failed" in line) this.findings.push({ kind: "failed call", message: line.failed });
    }
    if (!life.isComplete) {
      const message = `the process ended by itself, or got stuck: ${life.output.slice(-500)}`;
      this.findings.push({ kind: "failed call", message });
    }
    this.#lookForSecrets(life.output);
    return life;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leftover[Symbol.dispose]();
    await this.service[Symbol.asyncDispose]();
  }

  #lookForSecrets(output: string): void {
    for (const secret of [this.#apiKey, CANARY]) {
      const at = output.indexOf(secret);
      if (at < 0) continue;
      const message = output.slice(Math.max(0, at - 200), at + 20);
      this.findings.push({ kind: "secret told", message });
    }
  }
}
