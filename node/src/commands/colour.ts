import { styleText } from "node:util";

/** Text in a colour where the stream is a terminal that shows colours, and nobody says NO_COLOR; as it is elsewhere. */
export const coloured = (
  style: "green" | "yellow" | "red" | "dim" | "bold",
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string => styleText(style, text, { stream });
