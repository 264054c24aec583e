/*
 * Text that somebody else wrote: names of models, what members say about themselves, what was searched for. It may hold
 * characters that nobody sees and that turn the text around them; those are named instead of obeyed.
 */

/** Control characters, halves of characters, and what turns or hides text; not what joins letters and picks their form. */
const UNSEEN =
  /(?!\u200c|\u200d|\ufe0f)[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u{fff9}-\u{fffb}]/gu;

const nameOf = (character: string): string =>
  `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;

/** The text with unseen characters named, `[U+202E]`, and cut to a length. */
export function outsideWords(text: string, most: number): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return cut.replaceAll(UNSEEN, nameOf);
}
