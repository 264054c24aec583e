import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";

/** Where Ignition writes down what it does in a deployment, a line of JSON for each step. */
const journalOf = (folder: string): string => join(folder, "journal.jsonl");

/** The lines of a journal that fit; none without a journal. */
export function journalLines<Shape extends z.ZodType>(folder: string, schema: Shape): z.infer<Shape>[] {
  const file = journalOf(folder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.flatMap((line) => {
    const { success, data } = schema.safeParse(JSON.parse(line));
    return success ? [data] : [];
  });
}

/** Adds a line. Ignition begins each with its line break, so that the newest one has none behind it. */
export function addToJournal(folder: string, line: object): void {
  appendFileSync(journalOf(folder), `\n${JSON.stringify(line)}`);
}
