import { ENGLISH } from "./english.ts";
import { NO_LANGUAGE, type Language } from "./language.ts";

type StemmedLanguage =
  | "arabic"
  | "armenian"
  | "bulgarian"
  | "danish"
  | "dutch"
  | "finnish"
  | "french"
  | "german"
  | "greek"
  | "hindi"
  | "hungarian"
  | "indonesian"
  | "irish"
  | "italian"
  | "lithuanian"
  | "nepali"
  | "norwegian"
  | "portuguese"
  | "romanian"
  | "russian"
  | "sanskrit"
  | "serbian"
  | "spanish"
  | "swedish"
  | "tamil"
  | "turkish"
  | "ukrainian";

/** A language's name; `"none"` takes words as written, for texts in several languages. */
export type LanguageName = "english" | "none" | StemmedLanguage;

const STEMMERS: Readonly<
  Record<StemmedLanguage, () => Promise<{ stemmer: (word: string) => string }>>
> = {
  arabic: () => import("@orama/stemmers/arabic"),
  armenian: () => import("@orama/stemmers/armenian"),
  bulgarian: () => import("@orama/stemmers/bulgarian"),
  danish: () => import("@orama/stemmers/danish"),
  dutch: () => import("@orama/stemmers/dutch"),
  finnish: () => import("@orama/stemmers/finnish"),
  french: () => import("@orama/stemmers/french"),
  german: () => import("@orama/stemmers/german"),
  greek: () => import("@orama/stemmers/greek"),
  hindi: () => import("@orama/stemmers/indian"),
  hungarian: () => import("@orama/stemmers/hungarian"),
  indonesian: () => import("@orama/stemmers/indonesian"),
  irish: () => import("@orama/stemmers/irish"),
  italian: () => import("@orama/stemmers/italian"),
  lithuanian: () => import("@orama/stemmers/lithuanian"),
  nepali: () => import("@orama/stemmers/nepali"),
  norwegian: () => import("@orama/stemmers/norwegian"),
  portuguese: () => import("@orama/stemmers/portuguese"),
  romanian: () => import("@orama/stemmers/romanian"),
  russian: () => import("@orama/stemmers/russian"),
  sanskrit: () => import("@orama/stemmers/sanskrit"),
  serbian: () => import("@orama/stemmers/serbian"),
  spanish: () => import("@orama/stemmers/spanish"),
  swedish: () => import("@orama/stemmers/swedish"),
  tamil: () => import("@orama/stemmers/tamil"),
  turkish: () => import("@orama/stemmers/turkish"),
  ukrainian: () => import("@orama/stemmers/ukrainian"),
};

/** Every name that `loadLanguage` knows. */
export const LANGUAGE_NAMES: readonly LanguageName[] = [
  "english",
  "none",
  ...(Object.keys(STEMMERS) as StemmedLanguage[]),
];

/**
 * Loads a language for `createAnalyzer`; only the requested one is imported. English is always
 * available and has stop words; for other languages, pass your own to `createAnalyzer`.
 * Rejects with a `RangeError` if the name is not known.
 */
export async function loadLanguage(name: LanguageName): Promise<Language> {
  if (name === "english") return ENGLISH;
  if (name === "none") return NO_LANGUAGE;
  if (!Object.hasOwn(STEMMERS, name)) {
    throw new RangeError(`No such language; take one of: ${LANGUAGE_NAMES.join(", ")}.`);
  }
  const { stemmer } = await STEMMERS[name]();
  return { name, stem: stemmer, stopWords: NO_LANGUAGE.stopWords };
}
