/** How a check came out. `skipped`: it was not looked at, and the message says why. Only what is wrong makes doctor fail. */
export type Level = "fine" | "skipped" | "warning" | "wrong";

/** One sentence of a check; whatever has to be mended names the command that does it. */
export type Finding =
  | { readonly level: "fine" | "skipped"; readonly message: string }
  | { readonly level: "warning" | "wrong"; readonly message: string; readonly mend: string };

export const fine = (message: string): Finding => ({ level: "fine", message });
export const skipped = (message: string): Finding => ({ level: "skipped", message });
export const warning = (message: string, mend: string): Finding => ({ level: "warning", message, mend });
export const wrong = (message: string, mend: string): Finding => ({ level: "wrong", message, mend });

/** A word of a command line as a shell has to read it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
