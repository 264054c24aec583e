import type { Hex } from "@lloom/protocol/commitment-types";
import { shownTokens } from "../../chain/account/calls.ts";
import { minedAmount } from "../../chain/account/mined-events.ts";
import { measured } from "../../chain/contracts.ts";
import { appealCall } from "../../chain/disputes/measured-calls.ts";
import { openMeasuredCourt } from "../../chain/disputes/measured-court.ts";
import {
  appealDeposit,
  type MeasuredDispute,
  readDeposits,
  readMeasured,
} from "../../chain/disputes/measured-disputes.ts";
import { depositApproval } from "../../duties/deposits.ts";
import { LloomError } from "../../errors.ts";
import type { Account } from "../deeds/account.ts";
import type { Deed } from "../deeds/deed.ts";
import { shownMoment } from "../words.ts";

/** Appeals against a jury's verdict, for whom it is against: credit pays first, then the wallet. */
export async function appealing({ chain, address }: Account, id: Hex): Promise<Deed> {
  const court = await openMeasuredCourt(chain);
  if (court === undefined)
    throw new LloomError("CHAIN_MISMATCH", "This deployment has no disputes that juries decide.");
  const [dispute, deposits, nowSeconds] = await Promise.all([
    readMeasured(chain, court, id),
    readDeposits(chain, court, id),
    chain.nowSeconds(),
  ]);
  const deposit = appealDeposit(court, dispute, deposits);
  const shown = shownTokens(chain, deposit ?? 0n);
  return {
    intent: `appeal ${id}`,
    call: appealCall(court, id),
    approval: await depositApproval(chain, court, { account: address, amount: deposit ?? 0n }),
    title: "Appeal against a jury's verdict",
    facts: [
      ["dispute", id],
      ["verdict", `${dispute.verdict}, final after ${shownMoment(dispute.until, nowSeconds)}`],
      ["deposit", `${shown}, back unless the verdict is confirmed`],
      ["then", dispute.round === 1 ? "eleven other jurors are drawn" : "the arbitrator may rule"],
    ],
    event: { action: "appeal", id, deposit: deposit ?? 0n },
    done: (receipt) => ({
      sentence: "The verdict is appealed against. See how it goes on: lloom disputes",
      event: {
        ...{ action: "appeal", id },
        deposit: minedAmount({ at: court.disputes, contract: measured }, receipt, {
          ...{ event: "Appealed", amount: "deposit" },
        }),
      },
    }),
    refused: problemOf(dispute, { deposit, nowSeconds }),
  };
}

function problemOf(
  { id, state, until }: MeasuredDispute,
  { deposit, nowSeconds }: { readonly deposit: bigint | undefined; readonly nowSeconds: bigint },
): LloomError | undefined {
  const next = "See what there is: lloom disputes";
  if (state === "none") return new LloomError("COMMAND_INVALID", `No jury has such a dispute: ${id}.`, { next });
  // A verdict that nobody has noted yet is noted by the appeal itself.
  if (state !== "appealable" && state !== "voting")
    return new LloomError("COMMAND_INVALID", `There is no verdict to appeal against: ${id} is at ${state}.`, { next });
  if (state === "appealable" && nowSeconds > until)
    return new LloomError("COMMAND_INVALID", `The time to appeal is over: ${id}.`, { next });
  if (deposit === undefined)
    return new LloomError("COMMAND_INVALID", "Eleven have decided, and there is no arbitrator to appeal to.", { next });
  return undefined;
}
