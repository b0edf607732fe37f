const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** A secret in the settings: hidden when printed, put into a message or serialized as JSON. */
export interface Secret {
  reveal(): string;
}

/** `shown` is printed in its place. */
export function secret(text: string, shown = "[hidden]"): Secret {
  return new HiddenText(text, shown);
}

/** The same object; `shown` takes its place when it is printed or serialized as JSON. */
export function shownAs<T extends object>(object: T, shown: object): T {
  const show = { value: () => shown };
  return Object.defineProperties(object, { toJSON: show, [INSPECT]: show });
}

class HiddenText implements Secret {
  readonly #text: string;
  readonly #shown: string;

  constructor(text: string, shown: string) {
    this.#text = text;
    this.#shown = shown;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return this.#shown;
  }

  toJSON(): string {
    return this.#shown;
  }

  [INSPECT](): string {
    return this.#shown;
  }
}
