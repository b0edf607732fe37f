/**
 * Normalises a word: lower case, one kind of apostrophe, compatibility forms resolved (NFKC). Only
 * letters, digits, marks, apostrophes, and points between digits remain.
 */
export function normalise(word: string): string {
  if (isAscii(word)) return word.toLowerCase();
  return word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’ʼ＇]/gv, "'")
    .replace(NOT_IN_WORDS, "");
}

/** Removes the accents of a normalised word: "café" becomes "cafe", "straße" "strasse". */
export function fold(word: string): string {
  if (isAscii(word)) return word;
  return word
    .normalize("NFKD")
    .replace(ACCENT, "")
    .normalize("NFKC")
    .replace(UNDECOMPOSED, (letter) => UNDECOMPOSED_LETTERS[letter] ?? letter);
}

/** Soft hyphens, and what NFKC adds: a slash for "½", parentheses for "⑴", spaces for "ﷺ". */
const NOT_IN_WORDS = /[^\p{L}\p{N}\p{M}'.]|(?<!\p{Nd})\.|\.(?!\p{Nd})/gv;

/**
 * Marks of Latin, Greek, Cyrillic, Arabic, Hebrew; others (Hindi, Thai, Japanese) spell with them.
 */
const ACCENT = /[[\p{M}&&[\p{sc=Zinh}\p{sc=Hebr}\p{sc=Arab}]]--[\u3099\u309A]]/gv;

const UNDECOMPOSED_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ł: "l",
  þ: "th",
  ı: "i",
  ς: "σ",
};
const UNDECOMPOSED = /[ßæœøđðħłþıς]/gv;

function isAscii(word: string): boolean {
  for (let at = 0; at < word.length; at++) if (word.charCodeAt(at) > 0x7f) return false;
  return true;
}
