import { appendFileSync, existsSync, readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { dirname } from "node:path";
import { AUDIT_OUTCOMES } from "@lloom/protocol/audit-reports";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { jsonText } from "@lloom/protocol/json-text";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { makePrivateDirectory } from "./private-directory.ts";

const integer = z
  .string()
  .regex(/^\d{1,80}$/)
  .transform(BigInt);
const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/)
  .transform((text) => text as Address);
const about = { executor: address, seconds: integer };
const event = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("registration"), ...about }),
  z.object({ kind: z.literal("stake"), ...about, stake: integer }),
  z.object({
    kind: z.literal("audit"),
    ...about,
    validator: address,
    epoch: integer,
    outcome: z.enum([...AUDIT_OUTCOMES, "Unknown"]),
  }),
  z.object({ kind: z.literal("channel"), ...about, client: address, balance: integer }),
  z.object({ kind: z.literal("settlement"), ...about, client: address, balance: integer, acknowledged: integer }),
  z.object({ kind: z.literal("strike"), ...about, halves: integer }),
]);
/** A line of the file: what one step found, from a block up to another. */
const step = z.object({
  from: z.number().int(),
  upTo: z.object({ number: z.number().int(), hash: z.string().transform((text) => text as Hex) }),
  events: z.array(z.object({ block: z.number().int(), event })),
});
type Step = z.infer<typeof step>;

/** What was read between two blocks. */
interface ReadPast {
  readonly from: number;
  readonly upTo: Step["upTo"];
  readonly events: readonly PlacedEvent[];
}

const LARGEST_FILE = 256 * 1024 * 1024;

/**
 * A file of what was read of one executor's past, a line for each step. It is a copy of what the chain has: from a line on
 * that a crash cut short, that makes no sense, or that does not begin where the one before ended, it is cut off, and read from
 * the chain again. The last happens where two processes read the same past at the same time.
 */
export function reputationFile(path: string) {
  const clear = (): void => rmSync(path, { force: true });
  return {
    load: (): ReadPast | undefined => {
      if (!existsSync(path)) return undefined;
      const text = statSync(path).size > LARGEST_FILE ? "" : readFileSync(path, "utf8");
      const { steps, rest } = stepsOf(text);
      if (rest !== "") truncateSync(path, Buffer.byteLength(text) - Buffer.byteLength(rest));
      const [first, last] = [steps[0], steps.at(-1)];
      if (first && last) return { from: first.from, events: steps.flatMap(({ events }) => events), upTo: last.upTo };
      clear();
      return undefined;
    },
    append: (read: ReadPast): void => {
      makePrivateDirectory(dirname(path));
      try {
        appendFileSync(path, `${jsonText(read)}\n`, { mode: 0o600 });
      } catch (cause) {
        throw new LloomError("STORE_FAILED", `${path} cannot be written: ${(cause as Error).message}.`, { cause });
      }
    },
    clear,
  };
}

/** Steps up to the first line that is none, and what follows. */
function stepsOf(text: string): { readonly steps: readonly Step[]; readonly rest: string } {
  const steps: Step[] = [];
  let at = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", at)) {
    const parsed = parseStep(text.slice(at, end));
    const before = steps.at(-1);
    if (parsed === undefined || (before !== undefined && parsed.from !== before.upTo.number + 1)) break;
    steps.push(parsed);
    at = end + 1;
  }
  return { steps, rest: text.slice(at) };
}

function parseStep(line: string): Step | undefined {
  try {
    return step.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
