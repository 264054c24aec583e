import { randomBytes } from "node:crypto";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { Signature } from "ethers";
import {
  type TransferAuthorization,
  type TransferFate,
  transferDigest,
} from "../../node/src/chain/account/authorized-transfer.ts";
import type { TokenDomain } from "../../node/src/chain/account/permit.ts";
import type { Facilitator, PaymentOrder, TakenOrNot } from "../../node/src/gateway/x402/facilitator.ts";
import type { X402Parts } from "../../node/src/gateway/x402/payment-door.ts";
import type { PaymentRequirements } from "../../node/src/gateway/x402/payment-form.ts";
import type { CallerPayments } from "../../node/src/store/client/caller-payments.ts";
import { type Identity, identityFromSecret } from "../../node/src/wallet/identity.ts";

/** A chain's token with balances and nonces, in memory, and a facilitator that does what a test tells it to. */
export interface StagedLedger {
  readonly balances: Map<Address, bigint>;
  /** Transfers that were made, by payer and nonce. */
  readonly made: Map<string, { readonly transaction: Hex; readonly value: bigint }>;
  /** What the facilitator is asked for. */
  readonly asked: ("verify" | "settle")[];
  /** How it settles; as it should unless given. */
  settle: (order: PaymentOrder, take: () => TakenOrNot) => TakenOrNot | Promise<TakenOrNot>;
  verify: (order: PaymentOrder) => string | undefined;
  /** Whether the chain can be read. */
  isReadable: boolean;
  parts(payments: CallerPayments, more?: Partial<X402Parts>): X402Parts;
}

export const PAY_TO: Address = `0x${"fe".repeat(20)}`;
export const TOKEN_DOMAIN = {
  ...{ name: "Staged Dollar", version: "1", chainId: 31337n },
  verifyingContract: `0x${"70".repeat(20)}` as Address,
};
export const TERMS = { domain: TOKEN_DOMAIN, payTo: PAY_TO, maxTimeoutSeconds: 690 };

export function stageLedger(clock: () => number = Date.now): StagedLedger {
  const nameOf = ({ from, nonce }: Pick<TransferAuthorization, "from" | "nonce">): string => `${from} ${nonce}`;
  const take = ({ payment: { authorization } }: PaymentOrder): TakenOrNot => {
    const { from, value, validBefore } = authorization;
    const held = ledger.balances.get(from) ?? 0n;
    if (ledger.made.has(nameOf(authorization))) return { taken: false, reason: "invalid_exact_evm_nonce_already_used" };
    if (held < value) return { taken: false, reason: "invalid_exact_evm_insufficient_balance" };
    if (BigInt(Math.floor(clock() / 1000)) >= validBefore) return { taken: false, reason: "expired" };
    const transaction: Hex = `0x${randomBytes(32).toString("hex")}`;
    ledger.balances.set(from, held - value);
    ledger.made.set(nameOf(authorization), { transaction, value });
    return { taken: true, transaction };
  };
  const facilitator: Facilitator = {
    check: async () => undefined,
    verify: async (order) => {
      ledger.asked.push("verify");
      return ledger.verify(order);
    },
    settle: async (order) => {
      ledger.asked.push("settle");
      return ledger.settle(order, () => take(order));
    },
  };
  const fateOf = async (authorization: TransferAuthorization): Promise<TransferFate> => {
    if (!ledger.isReadable) throw new Error("the chain is away");
    const made = ledger.made.get(nameOf(authorization));
    if (made !== undefined) return { type: "paid", transaction: made.transaction };
    return { type: BigInt(Math.floor(clock() / 1000)) >= authorization.validBefore ? "void" : "open" };
  };
  const ledger: StagedLedger = {
    ...{ balances: new Map(), made: new Map(), asked: [], isReadable: true },
    settle: (_, take) => take(),
    verify: ({ payment: { authorization }, alsoOwed }) =>
      (ledger.balances.get(authorization.from) ?? 0n) < authorization.value + alsoOwed
        ? "invalid_exact_evm_insufficient_balance"
        : undefined,
    parts: (payments, more = {}) => ({
      ...{ terms: TERMS, pricing: { marginPercent: 10, fee: 0n }, facilitator, payments, perMinute: 100_000, clock },
      chain: { blockNumber: async () => 1, fateOf },
      price: async () => ({ inboundPrice: 100_000n, outboundPrice: 400_000n, executors: 1 }),
      ...more,
    }),
  };
  return ledger;
}

/** A new account. */
export const newPayer = (): Identity => identityFromSecret(randomBytes(32));

/** What the header `payment-required` of an answer says. */
export interface Required {
  readonly x402Version: number;
  readonly error: string;
  readonly accepts: readonly [PaymentRequirements];
}

/** A header of x402 as JSON; throws where it is missing. */
export function headerOf<T>({ headers }: Response, name: string): T {
  const text = headers.get(name);
  if (text === null) throw new Error(`no header ${name}`);
  return JSON.parse(Buffer.from(text, "base64").toString()) as T;
}

/** The token's own domain, as what is required says it. */
const domainOf = ({ extra, network, asset }: PaymentRequirements): TokenDomain => ({
  ...{ name: extra.name, version: extra.version, chainId: BigInt(network.replace("eip155:", "")) },
  verifyingContract: asset.toLowerCase() as Address,
});

/** A payment of what is required, as x402's own client makes it. */
export function signPayment(
  payer: Identity,
  accepted: PaymentRequirements,
  change: Partial<TransferAuthorization> = {},
  nowMs = Date.now(),
): string {
  const now = BigInt(Math.floor(nowMs / 1000));
  const authorization = {
    ...{ from: payer.address, to: accepted.payTo.toLowerCase() as Address, value: BigInt(accepted.amount) },
    ...{ validAfter: now - 600n, validBefore: now + BigInt(accepted.maxTimeoutSeconds) },
    nonce: `0x${randomBytes(32).toString("hex")}` as Hex,
    ...change,
  };
  const { r, vs } = payer.sign(transferDigest(domainOf(accepted), authorization));
  const signature = Signature.from({ r, yParityAndS: vs }).serialized;
  const payload = { signature, authorization };
  return Buffer.from(
    JSON.stringify({ x402Version: 2, accepted, payload }, (_, value) =>
      typeof value === "bigint" ? value.toString() : value,
    ),
  ).toString("base64");
}
