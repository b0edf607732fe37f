import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactSecrets, type ExecutionRecord, type JsonValue } from "../src/index.ts";
import { EMAIL_ADDRESS, SECRET_PATTERNS } from "../src/secret-patterns.ts";

const redact = redactSecrets();

function record(changes: Partial<ExecutionRecord>): ExecutionRecord {
  const timestamp = "2026-01-01T00:00:00.000Z";
  return { id: "r", timestamp, agentId: "a", tenantId: "t", status: "success", ...changes };
}

function ofText(text: string): JsonValue | undefined {
  return redact(record({ input: text })).input;
}

// Assembled here, so that no scanner takes them for real secrets.
const run = (length: number): string => "a1B2c3D4e5F6g7H8i9J0".repeat(5).slice(0, length);
const jwt = `eyJ${run(20)}.eyJ${run(40)}.${run(43)}`;
const pem = (words: string, body: string): string =>
  `-----BEGIN ${words}-----\n${body}\n-----END ${words}-----`;

describe("secrets in text", () => {
  it.each([
    "sk-",
    "sk-proj-",
    "sk-ant-api03-",
    "sk_live_",
    "rk_test_",
    "ghp_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "AKIA",
    "AIza",
    "ya29.",
    "npm_",
    "hf_",
    "gsk_",
    "SG.",
    "whsec_",
    "xoxc-",
    "pat-eu1-",
    "xkeysib-",
    "lsv2_pt_",
  ])("a key that begins with %s goes", (beginning) => {
    const text = `use ${beginning}${run(36)}, not another`;
    expect(ofText(text)).toBe("use [redacted API key], not another");
  });

  it.each([
    ["a JSON Web Token", `got ${jwt} back`, "got [redacted token] back"],
    [
      "a bearer token",
      "Authorization: Bearer abc.123-x=",
      "Authorization: Bearer [redacted token]",
    ],
    ["a bearer token, as some write it", "bearer  s3cr3t7", "bearer  [redacted token]"],
    [
      "basic authentication",
      "authorization: Basic dXNlcjpwdw==",
      "authorization: Basic [redacted]",
    ],
    ["a password in a URL", "redis://app:p@ss:w@db:6379/0", "redis://app:[redacted]@db:6379/0"],
    ["a password without a user", "redis://:hunter2@db", "redis://:[redacted]@db"],
    ["a query string", "/a?api_key=abc&x=1", "/a?api_key=[redacted]&x=1"],
    ["a line of .env", 'DB_PASSWORD="a b" X=1', "DB_PASSWORD=[redacted] X=1"],
    [
      "JSON within text",
      '{"client_secret": "a\\"b", "n": 1}',
      '{"client_secret": "[redacted]", "n": 1}',
    ],
    [
      "JSON within JSON within text",
      JSON.stringify({ body: JSON.stringify({ apiKey: 'a"b', n: 1 }) }),
      JSON.stringify({ body: JSON.stringify({ apiKey: "[redacted]", n: 1 }) }),
    ],
    ["a setting", "api_key = 'abc'", 'api_key = "[redacted]"'],
    ["a line of YAML", "  password: hunter2\n  port: 80", "  password: [redacted]\n  port: 80"],
    ["a property in code", "{ user: 'a', token: 'abc' }", "{ user: 'a', token: \"[redacted]\" }"],
    ["a header", "-H 'X-Api-Key: abc123' -v", "-H 'X-Api-Key: [redacted]' -v"],
    ["a token by its scheme", "Authorization: Token abc1", "Authorization: Token [redacted]"],
    ["one of letters alone", "Authorization: Bearer abcdef", "Authorization: Bearer [redacted]"],
    ["a cookie", "Set-Cookie: session=abc; Path=/\nx", "Set-Cookie: [redacted]\nx"],
    ["an argument", "login --api-key abc1 --user b", "login --api-key [redacted] --user b"],
    [
      "a connection string",
      "Db=x;AccountKey=a/b==;Pwd=c",
      "Db=x;AccountKey=[redacted];Pwd=[redacted]",
    ],
    ["a short name", "SMTP_PASS=abc", "SMTP_PASS=[redacted]"],
    ["JSON that was cut", '{"password":"abc', '{"password":"[redacted]"'],
    ["a private key", `x ${pem("RSA PRIVATE KEY", run(90))} y`, "x [redacted private key] y"],
    ["a key of PGP", pem("PGP PRIVATE KEY BLOCK", run(90)), "[redacted private key]"],
    ["half a private key", `-----BEGIN PRIVATE KEY-----\n${run(50)}`, "[redacted private key]"],
    [
      "an address",
      "write to Anna.o'Neil+x@mail.example.co.uk.",
      "write to [redacted e-mail address].",
    ],
    ["an address in any script", "jürgen@müller.example", "[redacted e-mail address]"],
  ])("%s goes, and what is around it stays", (_, text, expected) => {
    expect(ofText(text)).toBe(expected);
  });

  it.each([
    "Bearer token-based access; the bearer presents the certificate; bearer instruments are rare.",
    "a task-oriented plan for risk-averse buyers, sk-oriented-like-a-word",
    "https://example.com:8080/path?page=2#top and 10:30@noon",
    "max_tokens=100, tokens: 5, tokenize=true",
    "-----BEGIN CERTIFICATE-----",
    "user@localhost, @handle, a@b",
    "npm install lodash@4.17.21 @scope/pkg@1.0.0, hero@2x.png, git@github.com:a/b.git",
    'token=512, token: 1024, {"token": 3}, 12 tokens, pass=7, bypass=yes, --max-token 4096',
    "The secret: patience. A token is a part of a word. use --token to log in; token == other",
    "const token = tokenizer.next(); (token) => token, Cookie: a small cake",
    "eyJ is how they begin",
    "Spring sale: 20% off",
    "",
  ])("%j stays as it is", (text) => {
    expect(ofText(text)).toBe(text);
  });
});

describe("secrets by name", () => {
  it.each([
    "password",
    "dbPassword",
    "API_KEY",
    "api-key",
    "openaiApiKey",
    "access_token",
    "token",
    "clientSecret",
    "Authorization",
    "Set-Cookie",
    "AWS_SECRET_ACCESS_KEY",
    "credentials",
    "apiKeys",
    "pass",
    "SMTP_PASS",
  ])("the value of %s goes, whatever it is", (name) => {
    for (const value of ["x", { deep: "x" }, ["x"]]) {
      const input = { deep: [{ [name]: value, kept: 1 }] };
      expect(redact(record({ input })).input).toEqual({
        deep: [{ [name]: "[redacted]", kept: 1 }],
      });
    }
  });

  it("whether there is one stays", () => {
    const input = { password: null, token: true, maxTokens: 5, tokens: ["a"], secretary: "Anna" };
    expect(redact(record({ input })).input).toEqual(input);
  });

  it("a number goes under a password's name alone: elsewhere it is a count", () => {
    const input = { password: 7, dbPwd: 7, token: 512, costPerToken: 0.01, secrets: 3, pass: 4 };
    expect(redact(record({ input })).input).toEqual({
      ...input,
      password: "[redacted]",
      dbPwd: "[redacted]",
    });
  });

  it("what is told of tokens and of authors stays", () => {
    const input = { token_usage: { total: 5 }, maxTokens: "5", author: "Anna", bypass: "x", i: 1 };
    expect(redact(record({ input })).input).toEqual(input);
  });

  it("further names can be told", () => {
    const named = redactSecrets({ names: ["IBAN", "date-of-birth"] });
    const input = { iban: 1, dateOfBirth: "1.1.", password: "x", liban: "Beirut" };
    expect(named(record({ input })).input).toEqual({
      iban: "[redacted]",
      dateOfBirth: "[redacted]",
      password: "[redacted]",
      liban: "Beirut",
    });
  });

  it("names that are secrets themselves go, and no value is lost", () => {
    const input = { "a@b.de": 1, "c@d.de": 2, ["__proto__"]: { "e@f.de": 3 } };
    const out = redact(record({ input })).input as Record<string, unknown>;
    expect(JSON.stringify(out)).not.toContain("@");
    expect(Object.values(out)).toHaveLength(3);
  });
});

describe("redacting secrets", () => {
  it("looks at everything a record says, and leaves who, when and about whom", () => {
    const text = "a@b.de";
    const full = record({ input: text, output: [text], error: { text }, metadata: { text } });
    const whole = { ...full, subject: text, agentId: text, durationMs: 5 };
    const hidden = "[redacted e-mail address]";
    expect(redact(whole)).toEqual({
      ...whole,
      input: hidden,
      output: [hidden],
      error: { text: hidden },
      metadata: { text: hidden },
    });
  });

  it("leaves addresses where that is asked for", () => {
    const input = "a@b.de, password=x";
    expect(redactSecrets({ emails: false })(record({ input })).input).toBe(
      "a@b.de, password=[redacted]",
    );
  });

  it("changes nothing the second time, and nothing that holds no secret", () => {
    const words = fc.constantFrom(
      "password=",
      '"token":"',
      "://u:",
      "@",
      "--token ",
      "secret: ",
      "Cookie: a=",
      '\\"',
      "1",
      jwt,
      "x.de",
      " ",
      "\\",
      '"',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string({ maxLength: 5 }))), (parts) => {
        const once = ofText(parts.join(""));
        expect(ofText(once as string)).toBe(once);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer()), (input) => {
        expect(redact(record({ input })).input).toEqual(input);
      }),
    );
  });

  it.each([
    [{ name: ["x"] }],
    [{ names: "x" }],
    [{ names: [1] }],
    [{ names: [""] }],
    [{ emails: 1 }],
  ])("refuses %j", (options) => {
    expect(() => redactSecrets(options as never)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT" }),
    );
  });
});

describe("no text takes long", () => {
  const all = [...SECRET_PATTERNS, EMAIL_ADDRESS].map(({ pattern }) => pattern);

  it.each(all)("%s repeats nothing that repeats", (pattern) => {
    expect(nestedRepetition(pattern.source)).toBeUndefined();
  });

  it("which is told by the pattern alone", () => {
    expect(nestedRepetition(String.raw`x\((?:a+|b)*y`)).toBe("a+|b");
  });

  const MEGABYTE = 2 ** 20;
  it.each(
    [
      ["a", "A", "0", ".", "@", "-", "_", "/", ":", "=", '"', "'", "\\", "%", "[", " ", "\n", "ü"],
      ["a@", "a.", "@a.", "a@b.", "://", "://a:", "://a:b", "://:@", "a:b@"],
      ["-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "-----END ", "-----BEGIN PRIVATE KEY"],
      ["eyJ", "eyJ.", "eyJaaaaaaaa.", "eyJ-", "sk-", "sk-a", "ghp_", "SG.", "AKIA", "hf_"],
      ["bearer ", "Bearer a", "Bearer \t", "authorization:", "authorization: Basic "],
      ["--", "--a", "--token ", "--token '", "-", "secret: ", "secret: '", "token: 1", "token=1."],
      ["cookie: ", "cookie: a=", 'token\\\\"', "'token: '", "@1x.", "@a1.", "a@1x.a1."],
      ["password=", 'password="', "token='", '"token":"', '"token": ', '"token":"\\', "secret\"'"],
    ].flat(),
  )("not a megabyte of %j", (part) => {
    const text = part.repeat(MEGABYTE / part.length);
    for (const pattern of all) expect(text.concat("!").replace(pattern, "")).toMatch(/!?$/);
  });
});

/** Returns a repetition that is itself repeated, if there is one; groups are resolved from the inside out. */
function nestedRepetition(source: string): string | undefined {
  let left = source.replaceAll(/\\./g, "x").replaceAll(/\[\^?[^\]]*\]/g, "x");
  const group = /\((?:\?(?:<?[=!]|:))?([^()]*)\)/;
  for (let found = group.exec(left); found !== null; found = group.exec(left)) {
    const [whole, inside = ""] = found;
    const repeats = /[*+{]/.test(inside);
    if (repeats && /^[*+{]/.test(left.slice(found.index + whole.length))) return inside;
    left = left.replace(whole, repeats ? "x+" : "x");
  }
  return undefined;
}
