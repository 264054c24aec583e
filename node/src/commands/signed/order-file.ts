import type { CompactSignature } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { collectorFacts } from "@lloom/protocol/generated/facts";
import { type PortableReceipt, receiptFromData, receiptToData } from "@lloom/protocol/receipts";
import { z } from "@lloom/protocol/zod";
import type { Order } from "../../chain/account/orders.ts";
import { asLloomError } from "../../errors.ts";
import { address, heading, readSigned, signature, uint, word, writeSigned } from "./signed-file.ts";

/** An order with its signature and the deployment that it is for: all that whoever sends it needs. */
export interface SignedOrder<O extends Order = Order> {
  readonly domain: CommitmentDomain;
  readonly order: O;
  readonly signature: CompactSignature;
}

const FORMAT = "lloom-order-1";
const NEXT = "Give a file that --sign-only wrote: lloom relay FILE";

function readReceipt(data: unknown, context: z.RefinementCtx): PortableReceipt {
  try {
    return receiptFromData(data);
  } catch (thrown) {
    context.addIssue({ code: "custom", message: `cannot be read: ${asLloomError(thrown).message}` });
    return z.NEVER;
  }
}

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
      purpose: z.enum(collectorFacts.Purpose),
      payer: address,
      collector: address,
      beneficiary: address,
      amount: uint(256),
      salt: word,
      validBefore: uint(40),
    }),
  }),
  z.strictObject({
    type: z.literal("opening"),
    message: z.strictObject({ opener: address, receipt: z.unknown().transform(readReceipt) }),
  }),
  z.strictObject({
    type: z.literal("concession"),
    message: z.strictObject({ executor: address, id: word }),
  }),
]);
const fileSchema = z.strictObject({ ...heading(FORMAT), order: orderSchema, signature });

/** Writes an order to a new file. Throws LloomError COMMAND_INVALID when there is one already, or none can be there. */
export const writeOrder = (path: string, { domain, order, signature: signed }: SignedOrder): void =>
  writeSigned(path, "The order", { format: FORMAT, ...domain, order: orderToData(order), signature: signed });

/** A receipt has a form of its own, in which it stands in other files too. */
const orderToData = (order: Order): object =>
  order.type === "opening"
    ? { ...order, message: { ...order.message, receipt: receiptToData(order.message.receipt) } }
    : order;

/** Reads an order. Throws LloomError ORDER_INVALID that names the field. Nothing is verified. */
export function readOrder(path: string): SignedOrder {
  const file = readSigned(path, { what: "The order", schema: fileSchema, next: NEXT });
  const { chainId, accounting, order, signature: signed } = file;
  return { domain: { chainId, accounting }, order, signature: signed };
}
