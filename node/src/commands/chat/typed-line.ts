/** What a line of a conversation asks for. */
export type TypedLine =
  | { readonly type: "nothing" }
  | { readonly type: "question"; readonly text: string }
  | { readonly type: "help" | "models" | "clear" | "quit" }
  | { readonly type: "model"; readonly name: string }
  | { readonly type: "save"; readonly file: string }
  /** Of the turn with this number, the last one unless given; to be written to a file if one is given. */
  | { readonly type: "receipt"; readonly number: number | undefined; readonly file: string | undefined }
  /** It is no question and no command. */
  | { readonly type: "wrong"; readonly problem: string };

/** Every command, with what it takes and does. */
export const LINE_COMMANDS = [
  ["/receipt [N] [FILE]", "the last answer's receipt, or the N-th's; with FILE it is kept"],
  ["/models", "what is sold, and for how much"],
  ["/model NAME", "go on with another model"],
  ["/save FILE", "keep the conversation, for lloom chat --continue FILE"],
  ["/clear", "forget what was said, and begin again"],
  ["/help", "this list"],
  ["/quit", "end, as Ctrl-D does"],
] as const;

/** Reads a line: a question, or a command behind a slash. Two slashes begin a question that begins with one. */
export function typedLine(line: string): TypedLine {
  const text = line.trim();
  if (text === "") return { type: "nothing" };
  if (!text.startsWith("/")) return { type: "question", text };
  if (text.startsWith("//")) return { type: "question", text: text.slice(1) };
  const [, name = "", rest = ""] = /^\/(\S*)\s*(.*)$/s.exec(text) ?? [];
  switch (name) {
    case "help":
    case "models":
    case "clear":
    case "quit":
      return rest === "" ? { type: name } : { type: "wrong", problem: `/${name} stands alone.` };
    case "exit":
      return { type: "quit" };
    case "model":
      return rest === "" ? { type: "wrong", problem: "Which one? /model NAME" } : { type: "model", name: rest };
    case "save":
      return rest === "" ? { type: "wrong", problem: "Where to? /save FILE" } : { type: "save", file: rest };
    case "receipt":
      return receiptLine(rest);
    default:
      return { type: "wrong", problem: `There is no /${name}. A question that begins with a slash needs two.` };
  }
}

function receiptLine(rest: string): TypedLine {
  const [, digits, file = ""] = /^(\d+)?\s*(.*)$/s.exec(rest) ?? [];
  const number = digits === undefined ? undefined : Number(digits);
  return { type: "receipt", number, file: file === "" ? undefined : file };
}
