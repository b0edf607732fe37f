import { drawText } from "../../value-text.ts";

/** Ids that have broken programs which turn ids into file names. */
const SEEDS: readonly string[] = [
  ".",
  "..",
  "../escape",
  "../../escape",
  "..\\escape",
  "/etc/escape",
  "C:\\escape",
  "\\\\server\\share",
  "a/b",
  "a\\b",
  "a//b",
  "./a",
  "a/.",
  "a/..",
  "~",
  "~root",
  "$HOME",
  "%TEMP%",
  "`id`",
  "-rf",
  "--help",
  "con",
  "CON",
  "con.txt",
  "nul",
  "aux.jsonl",
  "com1",
  "LPT9",
  "com¹",
  "clock$",
  "agent",
  "AGENT",
  "Agent",
  "aGENT",
  "agent.",
  "agent..",
  "agent ",
  " agent",
  "agent\t",
  "agent\n",
  "agent\u0000",
  "agent\u0000.jsonl",
  "agent:stream",
  "agent::$DATA",
  "agent.jsonl",
  "agent.jsonl.gz",
  "agent~000001",
  "agent~000002",
  "agent~000001.jsonl",
  "agent~1",
  "AGENT~1",
  "agent~0123456789abcdef0123456789abcdef",
  "agent~0123456789abcdef0123456789abcdef~000001",
  "id~e3b0c44298fc1c149afbf4c8996fb924",
  ".index",
  ".lock",
  ".index/agent",
  "format.json",
  "format",
  "@tenant",
  "@",
  "agent.idx",
  "é",
  "e\u0301",
  "ﬁ",
  "fi",
  "ß",
  "ss",
  "SS",
  "İ",
  "i\u0307",
  "ı",
  "K",
  "k",
  "\u212A",
  "Å",
  "A\u030A",
  "\u200Bagent",
  "agent\u200D",
  "\u202Egnp.agent",
  "\uFEFFagent",
  "👩‍🚀",
  "*",
  "?",
  '"',
  "<agent>",
  "agent|agent",
  "__proto__",
  "constructor",
  "toString",
  "[object Object]",
  "undefined",
  "null",
  "0",
  "-0",
  "1e3",
  "a".repeat(99),
  "a".repeat(100),
  "a".repeat(101),
  "a".repeat(255),
  "a".repeat(256),
  "A".repeat(255),
  "é".repeat(128),
  "a".repeat(16_384),
  "\uD800",
  "",
  "a".repeat(16_385),
];

type Twist = (id: string, random: () => number) => string;

const TWISTS: readonly Twist[] = [
  (id) => id.toUpperCase(),
  (id) => id.toLowerCase(),
  (id, random) =>
    id
      .split("")
      .map((letter) => (random() < 0.5 ? letter.toUpperCase() : letter))
      .join(""),
  (id) => id.normalize("NFD"),
  (id) => id.normalize("NFKC"),
  (id) => `${id}.`,
  (id) => `${id} `,
  (id) => `.${id}`,
  (id) => `${id}/`,
  (id) => `../${id}`,
  (id) => encodeURIComponent(id.toWellFormed()),
  (id) => `${id}.jsonl`,
  (id) => `${id}~000001`,
  (id, random) => `${id}~${Math.floor(random() * 1e6)}`,
  (id, random) => `${id}${drawText(random() < 0.5 ? "wide" : "latin", 12, random)}`,
  (id, random) => `${id}${Math.floor(random() * 100)}`,
  (id, random) => {
    const at = Math.floor(random() * (id.length + 1));
    return id.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x250)) + id.slice(at);
  },
  (id, random) => id.slice(0, Math.floor(random() * id.length)),
  (id) => id.repeat(2),
];

/** This many different ids, including all that are known to cause trouble. */
export function hostileIds(count: number, random: () => number): string[] {
  const ids = new Set<string>(SEEDS);
  while (ids.size < count) {
    const known = SEEDS[Math.floor(random() * SEEDS.length)] as string;
    let id = known;
    for (let i = 0; i < 1 + Math.floor(random() * 3); i++) {
      id = (TWISTS[Math.floor(random() * TWISTS.length)] as Twist)(id, random);
    }
    // Some are longer than a name may be, but none takes memory that is needed elsewhere.
    if (id.length <= 40_000) ids.add(id);
  }
  return [...ids].slice(0, count);
}
