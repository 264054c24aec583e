import type { CompactSignature, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { shownTokens } from "../../chain/account/calls.ts";
import { minedAmount } from "../../chain/account/mined-events.ts";
import type { Chain } from "../../chain/chain.ts";
import { delivery as deliveryContract } from "../../chain/contracts.ts";
import {
  cancelDisputeCall,
  openDisputeCall,
  openDisputeForCall,
  pokeDisputeCall,
} from "../../chain/disputes/delivery-calls.ts";
import { bondToSend, readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { openJudges } from "../../chain/disputes/judges.ts";
import { LloomError } from "../../errors.ts";
import type { Account } from "../deeds/account.ts";
import type { Deed } from "../deeds/deed.ts";
import { shownEther, shownMoment } from "../words.ts";

/** Until when an answer can be disputed, Unix seconds. */
const endOf = ({ request }: Receipt): bigint => request.deadline + deliveryDisputesFacts.CHALLENGE_WINDOW;

/** The same, where it can be now. Throws LloomError COMMAND_INVALID where it cannot. */
export async function openableUntil(chain: Chain, receipt: Receipt): Promise<bigint> {
  const { delivery } = await openJudges(chain);
  const { state } = await readDispute(
    chain,
    delivery,
    createCommitmentHasher(chain.domain).hashResponse(receipt.response),
  );
  if (state !== "none")
    throw new LloomError("COMMAND_INVALID", `The answer is disputed already (${state}).`, {
      next: "See how it stands: lloom disputes",
    });
  const problem = tooLate(receipt, await chain.nowSeconds());
  if (problem !== undefined) throw problem;
  return endOf(receipt);
}

/** Says that the answer of a settled receipt never came; with the client's consent, for a client that signed it to this key. */
export async function opening({ chain }: Account, receipt: Receipt, consent?: CompactSignature): Promise<Deed> {
  const { delivery } = await openJudges(chain);
  const { request, response } = receipt;
  const id = createCommitmentHasher(chain.domain).hashResponse(response);
  const [bond, { state }, nowSeconds] = await Promise.all([
    bondToSend(chain, delivery, response.outboundTokens),
    readDispute(chain, delivery, id),
    chain.nowSeconds(),
  ]);
  const shown = shownTokens(chain, response.cumulativeCost - request.ackedCost);
  const event = {
    ...{ action: "openDispute", id, requestHash: response.requestHash },
    ...{ executor: request.executor, client: request.client, bond },
  };
  return {
    intent: `dispute ${id}`,
    call:
      consent === undefined
        ? openDisputeCall(delivery, receipt, bond)
        : openDisputeForCall(delivery, receipt, { bond, consent }),
    title: `Dispute an answer of ${request.executor} for ${shown}`,
    facts: [
      ...(consent === undefined
        ? []
        : [["client", `${request.client}, who signed it and gets what comes back`] as const]),
      ["bond", `${shownEther(bond)}, back but for what a reveal costs; lost if the answer was acknowledged`],
      ["then", "the executor has 12 h to put the answer on chain, where everybody can read it"],
      ["else", "what was paid comes back, with a share of its stake: lloom dispute close"],
    ],
    event,
    // What was sent beyond the bond is credited: it follows the block's fee.
    done: (receipt) => {
      const mined = minedAmount({ at: delivery, contract: deliveryContract }, receipt, {
        ...{ event: "DeliveryOpened", amount: "bond" },
      });
      return { sentence: `The answer is disputed: ${id}.`, event: { ...event, bond: mined } };
    },
    nothing: state === "none" ? undefined : `The answer is disputed already (${state}): ${id}.`,
    refused: tooLate(receipt, nowSeconds),
  };
}

/** Withdraws a dispute of one's own. */
export async function cancelling({ chain }: Account, id: Hex): Promise<Deed> {
  const { delivery } = await openJudges(chain);
  const { state, bond } = await readDispute(chain, delivery, id);
  return {
    intent: `cancel dispute ${id}`,
    call: cancelDisputeCall(delivery, id),
    title: "Cancel a dispute",
    facts: [
      ["dispute", id],
      ["bond", `all of ${shownEther(bond)} comes back`],
    ],
    done: () => ({ sentence: "The dispute is cancelled. The bond: lloom withdraw rewards." }),
    event: { action: "cancelDispute", id },
    refused: notOpen(id, state),
  };
}

/** Ends a dispute that nobody answered in time; anybody can. */
export async function closing({ chain }: Account, id: Hex): Promise<Deed> {
  const { delivery } = await openJudges(chain);
  const [{ state, revealBy, penalty, paid }, nowSeconds] = await Promise.all([
    readDispute(chain, delivery, id),
    chain.nowSeconds(),
  ]);
  const isEarly = state === "open" && nowSeconds <= revealBy;
  return {
    intent: `close dispute ${id}`,
    call: pokeDisputeCall(delivery, id),
    title: "End a dispute that was not answered in time",
    facts: [
      ["dispute", id],
      ["client", `gets ${shownTokens(chain, paid)} back, and a share of ${shownTokens(chain, penalty)} of stake`],
      ["you", "get a tenth of that stake"],
    ],
    done: () => ({ sentence: "The dispute is over. Shares and bonds: lloom rewards." }),
    event: { action: "closeDispute", id },
    ...(isEarly
      ? { nothing: `The executor may answer until ${shownMoment(revealBy, nowSeconds)}.` }
      : { refused: notOpen(id, state) }),
  };
}

function tooLate(receipt: Receipt, nowSeconds: bigint): LloomError | undefined {
  const until = endOf(receipt);
  if (nowSeconds <= until) return undefined;
  return new LloomError("COMMAND_INVALID", `The answer could be disputed until ${shownMoment(until, nowSeconds)}.`);
}

function notOpen(id: Hex, state: string): LloomError | undefined {
  if (state === "open") return undefined;
  const what = state === "none" ? "There is no dispute" : `The dispute is over (${state}):`;
  return new LloomError("COMMAND_INVALID", `${what} ${id}.`, { next: "See what there is: lloom disputes" });
}
