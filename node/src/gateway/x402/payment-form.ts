import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { z } from "@lloom/protocol/zod";
import { getAddress, Signature } from "ethers";
import type { TransferAuthorization } from "../../chain/account/authorized-transfer.ts";
import { HttpError } from "../http-problem.ts";

/** The forms of x402, version 2: what stands in its headers, and what its facilitators are told. */
export const X402_VERSION = 2;

/** What has to be paid, and how. */
export interface PaymentRequirements {
  readonly scheme: "exact";
  /** CAIP-2. */
  readonly network: string;
  /** Base units, decimal. */
  readonly amount: string;
  readonly asset: string;
  readonly payTo: string;
  readonly maxTimeoutSeconds: number;
  /** Of the domain that the token signs over. */
  readonly extra: { readonly name: string; readonly version: string };
}

/** A payment as its payer signed it. */
export interface CallPayment {
  readonly accepted: {
    readonly scheme: string;
    readonly network: string;
    readonly amount: bigint;
    readonly asset: Address;
    readonly payTo: Address;
  };
  readonly authorization: TransferAuthorization;
  readonly signature: CompactSignature;
  /** The JSON that was sent. */
  readonly text: string;
}

/** What became of a payment, as PAYMENT-RESPONSE says it. */
export interface SettlementResponse {
  readonly success: boolean;
  readonly transaction: string;
  readonly network: string;
  readonly payer: Address;
  readonly errorReason?: string;
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .transform((text) => text.toLowerCase() as Address);
const integer = z
  .string()
  .regex(/^\d{1,78}$/)
  .transform(BigInt);
const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .transform((text) => text.toLowerCase() as Hex);
const schema = z.object({
  x402Version: z.literal(X402_VERSION),
  accepted: z.object({ scheme: z.string(), network: z.string(), amount: integer, asset: address, payTo: address }),
  payload: z.object({
    signature: hex(65),
    authorization: z.object({
      ...{ from: address, to: address, value: integer },
      ...{ validAfter: integer, validBefore: integer, nonce: hex(32) },
    }),
  }),
});

/** Reads PAYMENT-SIGNATURE. Throws REQUEST_INVALID (400) for what is no payment of `exact` by an ERC-3009 authorization. */
export function readPayment(header: string): CallPayment {
  return parsePayment(Buffer.from(header, "base64").toString("utf8"));
}

/** Reads the JSON of a payment. Throws as `readPayment`. */
export function parsePayment(text: string): CallPayment {
  try {
    const { accepted, payload } = schema.parse(JSON.parse(text));
    const { r, yParityAndS } = Signature.from(payload.signature);
    const signature = { r: r as Hex, vs: yParityAndS as Hex };
    return { accepted, authorization: payload.authorization, signature, text };
  } catch {
    throw new HttpError("REQUEST_INVALID", "The header payment-signature holds no payment of x402.", {
      status: 400,
      code: "PAYMENT_INVALID",
      next: "Send base64 of JSON: x402Version 2, accepted as PAYMENT-REQUIRED has it, payload with signature (65 bytes) and authorization.",
    });
  }
}

/** A header's value. */
export const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64");

/** With capitals that check its digits, as x402 writes addresses. */
export const checksummed = (address: Address): string => getAddress(address);
