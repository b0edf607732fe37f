/** The letters of a text: ASCII, also accented ones (one byte each in memory), or ones of two bytes each. */
export type Script = "ascii" | "latin" | "wide";

const WORDS: Readonly<Record<Script, readonly string[]>> = {
  ascii:
    "spring campaign for returning customers with a new landing page and three mails a week budget review by friday open rate click audience segment north".split(
      " ",
    ),
  latin:
    "Frühjahrskampagne für Stammkunden größere Auswahl déjà été très économique señal mañana año façade naïve Übersicht".split(
      " ",
    ),
  wide: "春の キャンペーン 顧客 весна кампания клиенты 📈 🚀 预算 目标 έρευνα".split(" "),
};

export function drawWord(random: () => number): string {
  return pick(WORDS.ascii, random);
}

/** Words that take about this many bytes, at most one word more. */
export function drawText(script: Script, bytes: number, random: () => number): string {
  const words: string[] = [];
  let length = 0;
  while (length < bytes) {
    const word = pick(WORDS[script], random);
    words.push(word);
    length += Buffer.byteLength(word) + 1;
  }
  return words.join(" ");
}

function pick(words: readonly string[], random: () => number): string {
  return words[Math.floor(random() * words.length)] as string;
}
