import { LloomError } from "./errors.ts";

/** What Node puts in the place of bytes of the command line and the environment that are no UTF-8, without a word. */
const MENDED = "\uFFFD";

/**
 * Refuses text that Node has mended: it is another one than was typed, and would be paid for or kept as that. Who means the
 * character itself cannot say so here.
 */
export function refuseMended(
  value: unknown,
  { what, code }: { readonly what: string; readonly code: "COMMAND_INVALID" | "CONFIG_INVALID" },
): void {
  if (typeof value !== "string" || !value.includes(MENDED)) return;
  throw new LloomError(code, `${what} is no text in UTF-8, or holds the character U+FFFD.`, {
    next: "Set the terminal, or what writes the script, to UTF-8, and give it again.",
  });
}
