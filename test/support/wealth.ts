import type { Chain } from "../../node/src/chain/chain.ts";
import { openMeasuredCourt } from "../../node/src/chain/disputes/measured-court.ts";
import { readRewards } from "../../node/src/chain/disputes/rewards.ts";
import { readEarnings } from "../../node/src/chain/read/earnings.ts";
import { readCredit, readDeposit, readMember, readTokenBalance } from "../../node/src/chain/reads.ts";

/** All payment tokens of an account, wherever they are: base units. */
export async function wealthOf(chain: Chain, address: `0x${string}`) {
  const court = await openMeasuredCourt(chain);
  const [wallet, deposit, member, earnings, rewards] = await Promise.all([
    readTokenBalance(chain, address),
    readDeposit(chain, address),
    readMember(chain, address),
    readEarnings(chain, address),
    readRewards(chain, address),
  ]);
  return {
    wallet,
    deposit,
    stake: member.stake + member.unbonding,
    /** Settled ever, less what was taken back. */
    settled: earnings.settled,
    shares: rewards.shares,
    credit: court === undefined ? 0n : await readCredit(chain, court.deposits, address),
  };
}
