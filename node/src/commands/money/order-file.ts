import { writeFileSync } from "node:fs";
import type { CompactSignature } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { issueWords } from "@lloom/protocol/issue-words";
import { jsonText } from "@lloom/protocol/json-text";
import { z } from "zod";
import type { Order } from "../../chain/orders.ts";
import { LloomError } from "../../errors.ts";
import { readOutsideFile } from "../../outside-file.ts";

/** An order with its signature and the deployment that it is for: all that whoever sends it needs. */
export interface SignedOrder {
  readonly domain: CommitmentDomain;
  readonly order: Order;
  readonly signature: CompactSignature;
}

const FORMAT = "lloom-order-1";
const NEXT = "Give a file that --sign-only wrote: lloom relay FILE";

const hexOf = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`, "i"), `must be 0x and ${2 * bytes} hex digits`)
    .transform((text) => text.toLowerCase() as `0x${string}`);
const uint = (bits: number) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,77})$/, "must be a whole number in quotes")
    .transform(BigInt)
    .refine((value) => value < 1n << BigInt(bits), `must fit ${bits} bits`);
const address = hexOf(20);
const once = { amount: uint(256), nonce: uint(256), deadline: uint(40) };
const ofChannel = z.strictObject({ client: address, executor: address, ...once, amount: uint(96) });
const orderSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("withdrawal"),
    message: z.strictObject({ client: address, to: address, ...once }),
  }),
  z.strictObject({ type: z.literal("allocation"), message: ofChannel }),
  z.strictObject({ type: z.literal("unlock"), message: ofChannel }),
  z.strictObject({
    type: z.literal("collection"),
    message: z.strictObject({
      purpose: z.enum(["Deposit", "Stake"]),
      payer: address,
      collector: address,
      beneficiary: address,
      amount: uint(256),
      salt: hexOf(32),
      validBefore: uint(40),
    }),
  }),
]);
const fileSchema = z.strictObject({
  format: z.literal(FORMAT, `must be "${FORMAT}"`),
  chainId: uint(256),
  accounting: address,
  order: orderSchema,
  signature: z.strictObject({ r: hexOf(32), vs: hexOf(32) }),
});

/** Writes an order to a new file. Throws LloomError COMMAND_INVALID when there is one already, or none can be there. */
export function writeOrder(path: string, { domain, order, signature }: SignedOrder): void {
  const text = jsonText({ format: FORMAT, ...domain, order, signature }, 2);
  try {
    writeFileSync(path, `${text}\n`, { flag: "wx" });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const problem =
      code === "EEXIST" ? `There is a file already: ${path}.` : `The order cannot be written: ${message}.`;
    throw new LloomError("COMMAND_INVALID", problem, { cause, next: "Give --sign-only another path." });
  }
}

/** Reads an order. Throws LloomError ORDER_INVALID that names the field. Nothing is verified. */
export function readOrder(path: string): SignedOrder {
  const text = readOutsideFile({ path, what: `The order ${path}`, code: "ORDER_INVALID", next: NEXT });
  const parsed = fileSchema.safeParse(jsonOf(path, text), { error: issueWords });
  if (parsed.success) {
    const { chainId, accounting, order, signature } = parsed.data;
    return { domain: { chainId, accounting }, order, signature };
  }
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") || "it";
  throw new LloomError("ORDER_INVALID", `The order ${path}: ${field} ${issue?.message}.`, { next: NEXT });
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LloomError("ORDER_INVALID", `The order ${path} is no JSON.`, { cause, next: NEXT });
  }
}
