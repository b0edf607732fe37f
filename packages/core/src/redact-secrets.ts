import { checkFlag, checkOptions, type NamesOf } from "./checks.ts";
import { invalid } from "./errors.ts";
import { setOwn, type JsonObject, type JsonValue } from "./json.ts";
import type { ExecutionRecord } from "./record-store.ts";
import type { RecordRedaction } from "./redaction.ts";
import {
  EMAIL_ADDRESS,
  REDACTED,
  SECRET_PATTERNS,
  SUSPICION,
  type SecretPattern,
} from "./secret-patterns.ts";

export interface RedactSecretsOptions {
  /** Further names of properties whose values are secrets, such as `"iban"`, besides those recognised by default. */
  readonly names?: readonly string[];
  /** Whether to remove e-mail addresses, too. Default `true`. */
  readonly emails?: boolean;
}

const REDACT_SECRETS_OPTIONS: NamesOf<RedactSecretsOptions> = { names: true, emails: true };

/** Endings of names that indicate a secret (`dbPassword`, `OPENAI_API_KEY`), in lower-case letters and digits only. */
const TELLING_ENDS =
  `password passwords passwd pwd passphrase secret secrets token apikey apikeys accesskey accesskeys accesskeyid
  accountkey subscriptionkey secretkey privatekey signingkey encryptionkey authorization credential credentials cookie
  cookies dbpass smtppass userpass`.split(/\s+/);
/** Endings under which even a number is a secret: under `costPerToken` it is not. */
const PASSWORD_END = /(?:password|passwd|pwd|passphrase)$/;

/**
 * Makes a function for the `redact` option of a `MemoryManager` that removes common secrets from a record's `input`,
 * `output`, `error` and `metadata`, including the names of properties.
 *
 * It finds the values of properties whose names end in `password`, `secret`, `token`, `apiKey`, `accessKey`,
 * `privateKey`, `authorization`, `credentials`, `cookie` and the like, in any spelling (a number is taken for a count,
 * unless the name ends in a word for a password). In any text it finds private keys in PEM, JSON Web Tokens, bearer
 * tokens, keys of well-known services by their prefix (OpenAI, Anthropic, GitHub, GitLab, Slack, Stripe, AWS, Google,
 * npm, Hugging Face, HubSpot and more), passwords in URLs, values assigned to such names (`password=…`, `"token": "…"`,
 * `--api-key …`), cookies, and e-mail addresses. Each is replaced by what it was, in brackets.
 *
 * It finds nothing else: no names of people, no card or account numbers, no key that looks like an ordinary word,
 * nothing encoded or split. Ids, `status` and `subject` stay unchanged.
 */
export function redactSecrets(options: RedactSecretsOptions = {}): RecordRedaction {
  checkOptions(options, REDACT_SECRETS_OPTIONS);
  const { names = [], emails = true } = options;
  if (!Array.isArray(names) || names.some((name) => typeof name !== "string" || name === "")) {
    throw invalid("options.names", "has to be a list of names");
  }
  const patterns = checkFlag(emails, "options.emails")
    ? [...SECRET_PATTERNS, EMAIL_ADDRESS]
    : SECRET_PATTERNS;
  const redactor = new Redactor(patterns, new Set(names.map(plainName)));
  return (record) => redactor.record(record);
}

class Redactor {
  readonly #patterns: readonly SecretPattern[];
  readonly #names: ReadonlySet<string>;

  constructor(patterns: readonly SecretPattern[], names: ReadonlySet<string>) {
    this.#patterns = patterns;
    this.#names = names;
  }

  record(record: ExecutionRecord): ExecutionRecord {
    const { input, output, error, metadata } = record;
    // A record has few distinct property names, and they repeat.
    const names: Names = new Map();
    return {
      ...record,
      ...(input !== undefined && { input: this.#value(input, names) }),
      ...(output !== undefined && { output: this.#value(output, names) }),
      ...(error !== undefined && { error: this.#value(error, names) }),
      ...(metadata !== undefined && { metadata: this.#object(metadata, names) }),
    };
  }

  #value(value: JsonValue, names: Names): JsonValue {
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    return Array.isArray(value)
      ? value.map((item) => this.#value(item, names))
      : this.#object(value, names);
  }

  #object(value: JsonObject, names: Names): JsonObject {
    const out: JsonObject = {};
    let alike = 1;
    for (const [name, item] of Object.entries(value)) {
      const { shown, hides } = this.#name(name, names);
      let free = shown;
      // Two names that become equal when redacted must stay two.
      while (Object.hasOwn(out, free)) free = `${shown} ${++alike}`;
      setOwn(
        out,
        free,
        hides.includes(typeof item) && item !== null ? REDACTED : this.#value(item, names),
      );
    }
    return out;
  }

  #name(name: string, names: Names): Name {
    const known = names.get(name);
    if (known !== undefined) return known;
    const read = { shown: this.#text(name), hides: this.#hiddenBy(plainName(name)) };
    names.set(name, read);
    return read;
  }

  /** Booleans are never hidden: whether there is a password is no secret. */
  #hiddenBy(name: string): readonly string[] {
    if (this.#names.has(name) || PASSWORD_END.test(name)) return ["string", "object", "number"];
    const tells = name === "pass" || TELLING_ENDS.some((end) => name.endsWith(end));
    return tells ? ["string", "object"] : [];
  }

  #text(text: string): string {
    if (!SUSPICION.test(text)) return text;
    return this.#patterns.reduce(
      (left, { pattern, replacement }) => left.replace(pattern, replacement),
      text,
    );
  }
}

/** How a property's name is shown, and the types of its values that are hidden. */
interface Name {
  readonly shown: string;
  readonly hides: readonly string[];
}
type Names = Map<string, Name>;

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
