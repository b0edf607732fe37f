import type { WorkflowState } from "@mem/core";
import type { Lifetime } from "./lifetime.ts";
import { Timed } from "./timing-wheel.ts";

/** How long a timed-out lifetime is kept to be reported, at least. */
const MIN_KEPT_MS = 60_000;

/** A timed-out lifetime that has not been reported, kept until it is reported or forgotten. */
export class ExpiredLifetime extends Timed {
  readonly lifetime: Lifetime;
  /** Until when, in milliseconds of the timeline. */
  readonly keptUntil: number;
  readonly #onForgotten: (expired: ExpiredLifetime) => void;

  constructor(
    lifetime: Lifetime,
    endedAt: number,
    onForgotten: (expired: ExpiredLifetime) => void,
  ) {
    super();
    this.lifetime = lifetime;
    this.keptUntil = endedAt + Math.max(lifetime.start.timeoutMs, MIN_KEPT_MS);
    this.#onForgotten = onForgotten;
  }

  state(): WorkflowState {
    return this.lifetime.state();
  }

  override expire(): void {
    this.#onForgotten(this);
  }
}
