import { senderOf } from "../../chain/account/actions.ts";
import { shownTokens, withdrawCreditCall, withdrawRewardsCall } from "../../chain/account/calls.ts";
import type { Chain } from "../../chain/chain.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import { readCredit, readFor } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import type { Log } from "../../log.ts";

/** Takes what juries brought into the wallet: fees out of bonds, and those out of slashes. */
export async function collectFees(
  chain: Chain,
  court: MeasuredCourt,
  { signal, log }: { readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  const sender = senderOf(chain);
  const to = sender.account.address;
  const [credit, { credited, withdrawn }] = await untilAborted(
    Promise.all([
      readCredit(chain, court.deposits, to),
      readFor("the rewards", chain.contracts.stakeRegistry.rewards(to)),
    ]),
    signal,
  );
  if (credit > 0n) await sender.send(withdrawCreditCall({ to, disputes: court.deposits }), { signal });
  if (credited > withdrawn) await sender.send(await withdrawRewardsCall(chain, to), { signal });
  const fees = credit + credited - withdrawn;
  if (fees > 0n) log.info({ fees: shownTokens(chain, fees) }, "jurors' fees taken");
}
