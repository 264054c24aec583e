/**
 * Text of strangers as a terminal may show it: without control characters, by which an answer could move the cursor, rename the window
 * or write over what was said before.
 */
export const terminalText = (text: string): string => text.replaceAll(/[^\P{Cc}\n\t]/gu, "");

/** Text for a stream: as it is where no terminal reads it. */
export const textFor = (stream: Pick<NodeJS.WriteStream, "isTTY">, text: string): string =>
  stream.isTTY ? terminalText(text) : text;
