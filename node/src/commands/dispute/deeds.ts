import type { Hex, Receipt } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { shownTokens } from "../../chain/account/calls.ts";
import { cancelDisputeCall, openDisputeCall, pokeDisputeCall } from "../../chain/disputes/delivery-calls.ts";
import { bondToSend, readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { openJudges } from "../../chain/disputes/judges.ts";
import { LloomError } from "../../errors.ts";
import type { Account } from "../deeds/account.ts";
import type { Deed } from "../deeds/deed.ts";
import { shownEther, shownMoment } from "../words.ts";

/** Says that the answer of a settled receipt never came. */
export async function opening({ chain }: Account, receipt: Receipt): Promise<Deed> {
  const { delivery } = await openJudges(chain);
  const { request, response } = receipt;
  const id = createCommitmentHasher(chain.domain).hashResponse(response);
  const bond = await bondToSend(chain, delivery, response.outboundTokens);
  const shown = shownTokens(chain, response.cumulativeCost - request.ackedCost);
  return {
    intent: `dispute ${id}`,
    call: openDisputeCall(delivery, receipt, bond),
    title: `Dispute an answer of ${request.executor} for ${shown}`,
    facts: [
      ["bond", `${shownEther(bond)}, back but for what a reveal costs; lost if the answer was acknowledged`],
      ["then", "the executor has 12 h to put the answer on chain, where everybody can read it"],
      ["else", "what was paid comes back, with a share of its stake: lloom dispute close"],
    ],
    done: `The answer is disputed: ${id}.`,
    event: { action: "openDispute", id, requestHash: response.requestHash, executor: request.executor, bond },
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
    done: "The dispute is cancelled. The bond: lloom withdraw rewards.",
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
    done: "The dispute is over. Shares and bonds: lloom rewards.",
    event: { action: "closeDispute", id },
    ...(isEarly
      ? { nothing: `The executor may answer until ${shownMoment(revealBy, nowSeconds)}.` }
      : { refused: notOpen(id, state) }),
  };
}

function notOpen(id: Hex, state: string): LloomError | undefined {
  if (state === "open") return undefined;
  const what = state === "none" ? "There is no dispute" : `The dispute is over (${state}):`;
  return new LloomError("COMMAND_INVALID", `${what} ${id}.`, { next: "See what there is: lloom disputes" });
}
