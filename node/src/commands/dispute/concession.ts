import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { shownTokens } from "../../chain/account/calls.ts";
import { minedAmount } from "../../chain/account/mined-events.ts";
import type { Concession } from "../../chain/account/orders.ts";
import type { Chain } from "../../chain/chain.ts";
import { delivery } from "../../chain/contracts.ts";
import { concedeCall, concedeForCall } from "../../chain/disputes/delivery-calls.ts";
import { type DeliveryDispute, readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { findDisputes } from "../../chain/disputes/dispute-events.ts";
import { openJudges } from "../../chain/disputes/judges.ts";
import { readTokenBalance } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Account } from "../deeds/account.ts";
import { allowing, approvalFacts, tooFew } from "../deeds/allowing.ts";
import type { Deed } from "../deeds/deed.ts";
import { requireSigned } from "../deeds/relaying.ts";
import type { SignedOrder } from "../signed/order-file.ts";
import { shownMoment } from "../words.ts";

/** A dispute that can be conceded, and what of its price whoever concedes it pays. */
interface Conceded {
  readonly disputes: Address;
  readonly dispute: DeliveryDispute;
  /** Base units of the price that had matured when it was opened. */
  readonly matured: bigint;
}

async function readConceded(chain: Chain, id: Hex): Promise<Conceded> {
  const { delivery: disputes } = await openJudges(chain);
  const dispute = await readDispute(chain, disputes, id);
  if (dispute.state === "none")
    throw new LloomError("COMMAND_INVALID", `There is no dispute ${id}.`, {
      next: "See what there is: lloom disputes",
    });
  const { executor } = dispute;
  const opened = await findDisputes(chain, disputes, { side: "executor", account: executor });
  const held = opened.findLast((event) => event.id === id)?.held ?? 0n;
  return { disputes, dispute, matured: dispute.paid - held };
}

/** Until when this key's order to concede can be sent: until the deadline of the dispute. Throws where it cannot. */
export async function concedableUntil(chain: Chain, { executor, id }: Concession): Promise<bigint> {
  const { dispute } = await readConceded(chain, id);
  requireExecutor(dispute, executor);
  const problem = whyNot(dispute, id, await chain.nowSeconds());
  if (problem !== undefined) throw problem;
  return dispute.revealBy;
}

/** Gives a client its money back for an answer that cannot be shown. */
export async function conceding(account: Account, id: Hex): Promise<Deed> {
  const conceded = await readConceded(account.chain, id);
  requireExecutor(conceded.dispute, account.address);
  return concession(account, { id, conceded, call: concedeCall(conceded.disputes, id) });
}

/** The same for an executor that signed it, out of this key's wallet. Throws LloomError ORDER_INVALID, CHAIN_MISMATCH. */
export async function relayedConcession(account: Account, signed: SignedConcession): Promise<Deed> {
  const { executor, id } = signed.order.message;
  await requireSigned(account.chain, signed);
  const conceded = await readConceded(account.chain, id);
  requireExecutor(conceded.dispute, executor);
  return concession(account, { id, conceded, call: concedeForCall(conceded.disputes, id, signed.signature) });
}

export type SignedConcession = SignedOrder<{ readonly type: "concession"; readonly message: Concession }>;

interface Conceding {
  readonly id: Hex;
  readonly conceded: Conceded;
  readonly call: ReturnType<typeof concedeCall>;
}

async function concession(account: Account, { id, conceded, call }: Conceding): Promise<Deed> {
  const { chain, address } = account;
  const { disputes, dispute, matured } = conceded;
  const { client, executor, paid } = dispute;
  const [held, nowSeconds, { approval }] = await Promise.all([
    readTokenBalance(chain, address),
    chain.nowSeconds(),
    allowing(account, { amount: matured, spender: disputes }),
  ]);
  const refused = whyNot(dispute, id, nowSeconds);
  const isOver = dispute.state !== "open";
  return {
    intent: `concede dispute ${id}`,
    call,
    approval,
    title: `Concede a dispute of ${client} for ${executor}`,
    facts: [
      ["dispute", id],
      ["client", `gets ${shownTokens(chain, paid)} back`],
      ["you", `pay ${shownTokens(chain, matured)} of it, which had matured, out of this key's wallet`],
      ...approvalFacts(approval),
      ["executor", "half a strike; nothing is slashed"],
    ],
    event: { action: "concedeDispute", id, client, executor, paid, matured },
    done: (receipt) => {
      const closed = (amount: "refunded" | "repaid"): bigint =>
        minedAmount({ at: disputes, contract: delivery }, receipt, { event: "DeliveryClosed", amount });
      const repaid = closed("repaid");
      return {
        sentence: "The dispute is conceded.",
        event: {
          ...{ action: "concedeDispute", id, client, executor },
          ...{ paid: closed("refunded") + repaid, matured: repaid },
        },
      };
    },
    nothing: isOver ? refused?.message : undefined,
    refused: refused ?? (held < matured ? tooFew(chain, held, matured) : undefined),
  };
}

function requireExecutor({ executor }: DeliveryDispute, address: Address): void {
  if (executor === address) return;
  throw new LloomError("COMMAND_INVALID", `The dispute is with ${executor}, and not with ${address}.`, {
    next: "Who is disputed concedes; see what there is: lloom disputes",
  });
}

function whyNot({ state, revealBy }: DeliveryDispute, id: Hex, nowSeconds: bigint): LloomError | undefined {
  const next = "See how it stands: lloom disputes";
  if (state !== "open") return new LloomError("COMMAND_INVALID", `The dispute is over (${state}): ${id}.`, { next });
  if (nowSeconds <= revealBy) return undefined;
  const until = shownMoment(revealBy, nowSeconds);
  return new LloomError("COMMAND_INVALID", `The dispute could be conceded until ${until}: ${id}.`, { next });
}
