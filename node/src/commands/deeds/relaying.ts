import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { CommitmentDomain } from "@lloom/protocol/commitments";
import { shownTokens } from "../../chain/account/calls.ts";
import { isCollectorOf } from "../../chain/account/collector.ts";
import {
  isOrderUsed,
  type MoneyOrder,
  type Order,
  orderDigest,
  ownerOf,
  relayCall,
} from "../../chain/account/orders.ts";
import type { Chain } from "../../chain/chain.ts";
import { readChannel, readDeposit, readFor, readSigner, readTokenBalance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import { recoverAddress } from "../../wallet/recover.ts";
import type { SignedOrder } from "../signed/order-file.ts";
import { orderTitle } from "../signed/signing.ts";
import { shownMoment } from "../words.ts";
import type { Account } from "./account.ts";
import type { Deed } from "./deed.ts";

/** Somebody else's signed order, carried out at the cost of this key. Throws LloomError ORDER_INVALID, CHAIN_MISMATCH. */
export async function relaying({ chain, address }: Account, signed: SignedOrder<MoneyOrder>): Promise<Deed> {
  const { order, signature } = signed;
  const digest = await requireSigned(chain, signed);
  const [isUsed, nowSeconds] = await Promise.all([
    readFor("whether the order was carried out", isOrderUsed(chain, order)),
    chain.nowSeconds(),
  ]);
  const until = order.type === "collection" ? order.message.validBefore - 1n : order.message.deadline;
  const title = orderTitle(chain, order);
  return {
    intent: `relay ${digest}`,
    call: relayCall(chain, order, signature),
    title: `Send a signed order: ${title}`,
    facts: [
      ["signed", `by ${recoverAddress(digest, signature)}`],
      ["until", shownMoment(until, nowSeconds)],
      ["gas", `is paid by this key, ${address}, which gets nothing of the money`],
    ],
    event: { action: "relay", type: order.type, ...order.message, digest },
    done: () => ({ sentence: `Carried out: ${title}.${afterwards(chain, order)}` }),
    nothing: isUsed ? `This order was carried out already, and counts once: ${title}.` : undefined,
    refused: isUsed ? undefined : await refusal(chain, order, until, nowSeconds),
  };
}

/** What was signed for another deployment counts nothing here. Throws LloomError CHAIN_MISMATCH. */
export function requireDeployment({ domain }: Chain, { chainId, accounting }: CommitmentDomain): void {
  if (domain.chainId === chainId && domain.accounting === accounting) return;
  throw new LloomError(
    "CHAIN_MISMATCH",
    `It is signed for ${accounting} on chain ${chainId}, and this is ${domain.accounting} on chain ${domain.chainId}.`,
  );
}

/** The digest of an order that was signed for this deployment, by whom it binds: the contract would say the same, for gas. */
export async function requireSigned(chain: Chain, signed: SignedOrder): Promise<Hex> {
  requireDeployment(chain, signed.domain);
  const digest = await orderDigest(chain, signed.order);
  await requireSigner(chain, signed, digest);
  return digest;
}

async function requireSigner(chain: Chain, { order, signature }: SignedOrder, digest: Hex): Promise<void> {
  const signer = recoverAddress(digest, signature);
  const owner = ownerOf(order);
  if (signer === owner) return requireCollector(chain, order);
  const session = signer === undefined || order.type === "collection" ? undefined : await readSigner(chain, signer);
  if (session?.principal !== owner || session.thawEnd !== 0n)
    throw new LloomError(
      "ORDER_INVALID",
      `The order was signed by ${signer ?? "nobody"}, who does not sign for ${owner}.`,
    );
  if (order.type === "withdrawal" && order.message.to !== owner)
    throw new LloomError(
      "ORDER_INVALID",
      `A session key pays out to its client alone, and this pays ${order.message.to}.`,
    );
}

async function requireCollector(chain: Chain, order: Order): Promise<void> {
  if (order.type !== "collection" || (await isCollectorOf(chain, order.message.collector))) return;
  throw new LloomError("ORDER_INVALID", `There is no Collector of this deployment at ${order.message.collector}.`);
}

async function refusal(
  chain: Chain,
  order: MoneyOrder,
  until: bigint,
  nowSeconds: bigint,
): Promise<LloomError | undefined> {
  if (until < nowSeconds)
    return new LloomError("ORDER_INVALID", `The order could be sent until ${shownMoment(until, nowSeconds)} only.`);
  const { amount } = order.message;
  const { what, has } = await covering(chain, order);
  if (has >= amount) return undefined;
  return new LloomError(
    "INSUFFICIENT_FUNDS",
    `The order is over ${shownTokens(chain, amount)}, and ${what} has ${shownTokens(chain, has)}.`,
    { next: "Send it when the money is there, or have another amount signed." },
  );
}

/** Where the money of an order comes from. */
async function covering(chain: Chain, { type, message }: MoneyOrder): Promise<{ what: string; has: bigint }> {
  if (type === "withdrawal" || type === "allocation")
    return { what: "the free deposit", has: await readDeposit(chain, message.client) };
  if (type === "collection") return { what: "the wallet", has: await readTokenBalance(chain, message.payer) };
  const { balance, unlocking } = await readChannel(chain, message.client, message.executor);
  return { what: "what is not unlocking of the channel", has: balance - unlocking };
}

function afterwards(chain: Chain, { type, message }: MoneyOrder): string {
  if (type !== "unlock") return "";
  const finish = (client: Address): string => `lloom unlock ${message.executor} --finish --for ${client}`;
  return ` It is free ${chain.unlockDelaySeconds / 3_600n} h from now: ${finish(message.client)}, by anybody.`;
}
