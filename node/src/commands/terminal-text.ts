/**
 * Text of strangers as a terminal may show it: without control characters, by which an answer could move the cursor, rename the window
 * or write over what was said before.
 */
export const terminalText = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, "");

/** Text for a stream: as it is where no terminal reads it. */
export const textFor = (stream: Pick<NodeJS.WriteStream, "isTTY">, text: string): string =>
  stream.isTTY ? terminalText(text) : text;

/** A stranger's name within a line: it begins no other one, and turns no letters round by marks that nobody sees. */
export const nameText = (name: string): string =>
  terminalText(name).replaceAll(/[\s\p{Zl}\p{Zp}]+|\p{Cf}/gu, (found) => (/\p{Cf}/u.test(found) ? "" : " "));

/** The orders to a terminal that `coloured` makes, and no others. */
const OWN_STYLES = new RegExp(`(${"\x1b"}\\[(?:1|2|22|31|32|33|39)m)`);

/** A sentence of a command, in which a stranger's words may stand: whatever stands in it, only colours of ours reach the terminal. */
export const sentenceText = (sentence: string): string =>
  sentence
    .split(OWN_STYLES)
    .map((part, index) => (index % 2 === 1 ? part : terminalText(part)))
    .join("");
