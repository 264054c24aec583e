import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Where Ignition writes down what it does in a deployment, a line of JSON for each step. */
const journalOf = (folder: string): string => join(folder, "journal.jsonl");

/** What a line about a transaction says of where it belongs. */
export const PLACE = { futureId: z.string(), networkInteractionId: z.number() };
type Place = z.infer<z.ZodObject<typeof PLACE>>;

/** The step of a deployment that a line is about: its transactions differ in nonce or fee alone. */
export const stepOf = ({ futureId, networkInteractionId }: Place): string => `${futureId} ${networkInteractionId}`;

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

const deployedSchema = z.object({
  type: z.literal("DEPLOYMENT_EXECUTION_STATE_COMPLETE"),
  futureId: z.string(),
  result: z.object({ type: z.literal("SUCCESS"), address: z.string() }),
});

/**
 * Writes Ignition's list of addresses once more, as its journal has them: it notes a contract in the journal first, and a run
 * that is killed before it has written the list never adds it, or leaves half a list.
 */
export function restoreAddresses(folder: string): void {
  const deployed = journalLines(folder, deployedSchema);
  if (deployed.length === 0) return;
  const addresses = Object.fromEntries(deployed.map(({ futureId, result }) => [futureId, result.address]));
  writeFileSync(join(folder, "deployed_addresses.json"), `${JSON.stringify(addresses, null, 2)}\n`);
}

const beginningSchema = z.object({
  type: z.enum(["DEPLOYMENT_EXECUTION_STATE_INITIALIZE", "CALL_EXECUTION_STATE_INITIALIZE"]),
});

/**
 * Takes the last line out if it begins a step of which nothing was noted yet: a run can be killed there, and Ignition does not
 * read on from such a beginning. The next run begins it again.
 */
export function forgetBareBeginning(folder: string): void {
  const file = journalOf(folder);
  if (!existsSync(file)) return;
  const journal = readFileSync(file, "utf8").trimEnd();
  const last = journal.lastIndexOf("\n");
  if (beginningSchema.safeParse(JSON.parse(journal.slice(last + 1) || "{}")).success)
    truncateSync(file, Buffer.byteLength(journal.slice(0, Math.max(0, last))));
}
