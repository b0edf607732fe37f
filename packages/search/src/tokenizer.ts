/**
 * A part of a text to make terms of: a word; a compound, whose words are joined by a hyphen, an
 * apostrophe, a decimal point and the like; or a run of a script that puts no space between words.
 */
export interface Piece {
  kind: "word" | "compound" | "unspaced";
  start: number;
  end: number;
}

const SEPARATOR = 1;
const LETTER = 2;
const DIGIT = 3;
const UNSPACED = 4;
/** Joins what stands on both sides of it. */
const JOINER = 5;
/** Joins digits only. */
const POINT = 6;

const UNSPACED_LETTER =
  /[[\p{L}\p{N}\p{M}]&&[\p{scx=Hani}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]/v;
const JOINER_CHARACTER = /['’ʼ＇_\-‐‑]|\u00AD|[\u200C-\u200D]|\u2060/v;

/** What each UTF-16 code unit is; 0 = not looked up yet. */
const kinds = new Uint8Array(0x1_00_00);

/**
 * Splits text into the pieces that carry terms, in one pass. Scanned by hand because a regular
 * expression's stack overflows on a word of some megabytes.
 */
export function splitPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < text.length) {
    const kind = kindAt(text, at);
    const start = at;
    if (kind === UNSPACED) {
      at = endOfRun(text, at, isUnspaced);
      pieces.push({ kind: "unspaced", start, end: at });
    } else if (isWord(kind)) {
      at = endOfRun(text, at, isWord);
      const endOfFirst = at;
      while (joins(text, at)) at = endOfRun(text, at + 1, isWord);
      pieces.push({ kind: at === endOfFirst ? "word" : "compound", start, end: at });
    } else {
      at += 1;
    }
  }
  return pieces;
}

const isWord = (kind: number): boolean => kind === LETTER || kind === DIGIT;
const isUnspaced = (kind: number): boolean => kind === UNSPACED;

function endOfRun(text: string, start: number, belongs: (kind: number) => boolean): number {
  let at = start;
  while (at < text.length && belongs(kindAt(text, at))) at += isPairAt(text, at) ? 2 : 1;
  return at;
}

/** Whether the character at `at` joins the word that ends before it to the one that follows. */
function joins(text: string, at: number): boolean {
  if (at >= text.length - 1) return false;
  const kind = kindAt(text, at);
  if (kind === JOINER) return isWord(kindAt(text, at + 1));
  return kind === POINT && kindAt(text, at - 1) === DIGIT && kindAt(text, at + 1) === DIGIT;
}

function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const cached = kinds[unit];
  if (cached) return cached;
  if (isPairAt(text, at)) return classify(String.fromCodePoint(text.codePointAt(at) ?? unit));
  const kind = classify(String.fromCharCode(unit));
  // Not for half of a surrogate pair: other pairs begin with it, too.
  if ((unit & 0xf8_00) !== 0xd8_00) kinds[unit] = kind;
  return kind;
}

function isPairAt(text: string, at: number): boolean {
  return (
    (text.charCodeAt(at) & 0xfc_00) === 0xd8_00 && (text.charCodeAt(at + 1) & 0xfc_00) === 0xdc_00
  );
}

function classify(character: string): number {
  if (UNSPACED_LETTER.test(character)) return UNSPACED;
  if (JOINER_CHARACTER.test(character)) return JOINER;
  if (/\p{Nd}/v.test(character)) return DIGIT;
  if (/[\p{L}\p{N}\p{M}]/v.test(character)) return LETTER;
  return character === "." || character === "," ? POINT : SEPARATOR;
}
