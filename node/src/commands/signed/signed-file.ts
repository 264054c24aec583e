import { writeFileSync } from "node:fs";
import { issueWords } from "@lloom/protocol/issue-words";
import { jsonText } from "@lloom/protocol/json-text";
import { z } from "@lloom/protocol/zod";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";

/** Forms of what stands in a file that one key signed and another one sends. */
const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`, "i"), `must be 0x and ${2 * bytes} hex digits`)
    .transform((text) => text.toLowerCase() as `0x${string}`);
export const uint = (bits: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,77})$/, "must be a whole number in quotes")
    .transform(BigInt)
    .refine((value) => value < 1n << BigInt(bits), `must fit ${bits} bits`);
export const address = hexOf(20);
export const word = hexOf(32);
export const signature = z.strictObject({ r: word, vs: word });

/** What every such file begins with: its form, and the deployment that it is for. */
export const heading = (format: string) => ({
  format: z.literal(format, `must be "${format}"`),
  chainId: uint(256),
  accounting: address,
});

/** Writes a new file. Throws LloomError COMMAND_INVALID when there is one already, or none can be there. */
export function writeSigned(path: string, what: string, content: Readonly<Record<string, unknown>>): void {
  try {
    writeFileSync(path, `${jsonText(content, 2)}\n`, { flag: "wx" });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem = code === "EEXIST" ? `There is a file already: ${path}.` : `${what} cannot be written: ${message}.`;
    throw new LloomError("COMMAND_INVALID", problem, { cause, next: "Give another path." });
  }
}

/** Reads one. Throws LloomError ORDER_INVALID that names the field. Nothing is verified. */
export function readSigned<T>(
  path: string,
  { what, schema, next }: { readonly what: string; readonly schema: z.ZodType<T>; readonly next: string },
): T {
  const named = `${what} ${path}`;
  const text = readOutsideFile({ path, what: named, code: "ORDER_INVALID", next });
  const parsed = schema.safeParse(jsonOf(named, text, next), { error: issueWords });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "it";
  throw new LloomError("ORDER_INVALID", `${named}: ${field} ${issue?.message}.`, { next });
}

function jsonOf(named: string, text: string, next: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LloomError("ORDER_INVALID", `${named} is no JSON.`, { cause, next });
  }
}
