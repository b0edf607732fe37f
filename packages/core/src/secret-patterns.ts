/** What a secret looks like within other text, and what replaces it. */
export interface SecretPattern {
  readonly pattern: RegExp;
  readonly replacement: string;
}

export const REDACTED = "[redacted]";

/** Endings of names to which text assigns a secret: in a query string, a line of `.env`, JSON. */
const ALWAYS =
  "password|passwd|pwd|passphrase|secret|api[_-]?key|(?:access|account|secret|private|subscription)[_-]?key|access[_-]?key[_-]?id|credentials?";
const TELLING = `${ALWAYS}|token`;
/** `token: 512` says how many there are; a number after `pass`, how many passed. */
const COUNT = String.raw`\d[\d.,]{0,23}(?:[^\w+/=-]|$)`;
const assigned = (separator: string): string =>
  String.raw`(?:${ALWAYS})${separator}|(?:token|(?<![^\W_])pass)${separator}(?!${COUNT})`;
const SPACED = String.raw`[ \t]{0,8}(?::|=(?![=>]))[ \t]{0,8}`;
/** A value with or without quotes, unless an earlier pattern has already replaced it. */
const VALUE = String.raw`(?!\[redacted)(?:"[^"\n]*"?|'[^'\n]*'?|[^\s&;,"']+)`;
/** Has a digit, unlike the words of a sentence. */
const WITH_DIGIT = String.raw`(?=[^\s"',;\d]{0,64}\d)`;

/** The beginnings of well-known services' keys, each followed by at least 16 more characters. */
const KEY_BEGINNINGS = [
  // Ordinary names begin like this, too: what follows is long without a hyphen, or has more than lower-case letters.
  String.raw`(?:sk-|hf_|npm_|xai-|ntn_|r8_)(?=\w{24}|[a-z_-]{0,64}[A-Z0-9])`,
  "[rsp]k_(?:live|test)_|whsec_",
  "gh[oprsu]_|github_pat_|gl(?:pat|dt|ft|rt)-|dckr_pat_|sntry[su]_|sbp_",
  "xox[a-eoprs]-|xapp-",
  "AKIA|ASIA",
  "AIza|GOCSPX-|ya29[.]",
  "gsk_|pplx-|tvly-|pcsk_|nvapi-|jina_|lsv2_(?:pt|sk)_",
  String.raw`pat-(?:na|eu|ap)\d-|xkeysib-|shp(?:at|ca|pa|ss)_|SG[.]`,
  "pypi-|dop_v1_|lin_api_",
].join("|");

/**
 * Applied in this order: what one pattern has found, later ones do not see.
 *
 * Every pattern takes only a few steps for each character, whatever the text: repetitions are not nested, and an
 * attempt that fails has read little, or text in which no other attempt begins.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    // Without an end marker, everything that follows: half a key is still a secret.
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g,
    replacement: "[redacted private key]",
  },
  {
    // Up to the last `@` before the host ends, as URLs are parsed.
    pattern: /(:\/\/[^\s/?#:@"'<>]*:)[^\s/?#"'<>]+@/g,
    replacement: `$1${REDACTED}@`,
  },
  { pattern: /(?<![\w-])eyJ[\w-]{8,}\.[\w.-]{8,}/g, replacement: "[redacted token]" },
  {
    // A token has more than lower-case letters, so that an ordinary sentence about a bearer stays.
    pattern: /\b([Bb]earer|BEARER)([ \t]{1,8})(?=[a-z.-]{0,64}[A-Z0-9_~+/=])[\w.~+/=-]{6,}/g,
    replacement: "$1$2[redacted token]",
  },
  {
    pattern:
      /\b(authorization["']?[ \t]{0,8}[:=][ \t]{0,8}["']?(?:Basic|Bearer|Token|ApiKey)[ \t]{1,8})[\w.~+/=-]+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    pattern: /\b(cookie["']?[ \t]{0,8}:[ \t]{0,8}["']?)(?=[\w.-]{1,64}=)[^\r\n"']+/gi,
    replacement: `$1${REDACTED}`,
  },
  {
    pattern: new RegExp(String.raw`(?<![A-Za-z0-9])(?:${KEY_BEGINNINGS})[\w.-]{16,}`, "g"),
    replacement: "[redacted API key]",
  },
  {
    pattern: new RegExp(String.raw`(${assigned("=(?![=>])")})${VALUE}`, "gi"),
    replacement: `$1${REDACTED}`,
  },
  {
    // In JSON, also in JSON within a JSON string: up to a quote that is escaped like the first one; if there is none,
    // everything that follows: better too much than too little.
    pattern: new RegExp(
      String.raw`((?:${TELLING})\\{0,8}["'][ \t]{0,8}:[ \t]{0,8})(?:(\\{0,8})"[^]*?(?:(?<!\\)\2"|$)|(\\{0,8})'[^]*?(?:(?<!\\)\3'|$))`,
      "gi",
    ),
    replacement: `$1$2$3"${REDACTED}$2$3"`,
  },
  {
    // In YAML and in code: the name without quotes, the value in quotes or with a digit.
    pattern: new RegExp(String.raw`((?:${TELLING})${SPACED})(?:"[^"\n]+"|'[^'\n]+')`, "gi"),
    replacement: `$1"${REDACTED}"`,
  },
  {
    pattern: new RegExp(
      String.raw`(${assigned(SPACED)})${WITH_DIGIT}(?!\[redacted)[^\s"',;]{6,}`,
      "gi",
    ),
    replacement: `$1${REDACTED}`,
  },
  {
    // On a command line.
    pattern: new RegExp(
      String.raw`((?<![\w-])--[\w-]{0,32}(?:${TELLING})[ \t]{1,8})(?!${COUNT})(?=["']|${WITH_DIGIT})${VALUE}`,
      "gi",
    ),
    replacement: `$1${REDACTED}`,
  },
];

/** Not a version (`pkg@1.2.3`), an image for other screens (`logo@2x.png`), or the user in a repository's address. */
export const EMAIL_ADDRESS: SecretPattern = {
  pattern:
    /(?<![\p{L}\p{N}._%+'-])(?!git@)[\p{L}\p{N}._%+'-]{1,256}@(?!\dx\.)[\p{L}\p{N}][\p{L}\p{N}.-]{0,250}\.(?:\p{L}{2,63}|xn--[\w-]{1,59})(?![\p{L}\p{N}])/gu,
  replacement: "[redacted e-mail address]",
};

/** Whether there may be anything to find: spares most short texts the search. */
export const SUSPICION: RegExp = /[@=:]|--|bearer|[\w.-]{16}/i;
