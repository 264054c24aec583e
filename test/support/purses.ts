/** Everybody's money on a development network, read from the chain. */
import type { Address } from "@lloom/protocol/commitment-types";
import { DEVNET_ACCOUNTS, type DevnetAccount } from "../../devnet/src/accounts.ts";
import type { Chain } from "../../node/src/chain/chain.ts";
import { type MeasuredCourt, openMeasuredCourt } from "../../node/src/chain/measured-court.ts";
import { readCredit, readDeposit, readMember, readTokenBalance } from "../../node/src/chain/reads.ts";

/** What one account has, in base units. */
export interface Purse {
  readonly wallet: bigint;
  /** As a client: free, and in its channels. */
  readonly deposit: bigint;
  readonly channels: bigint;
  readonly stake: bigint;
  /** Shares of slashes. */
  readonly rewards: bigint;
  /** As an executor: settled ever, less what was taken back and withdrawn. */
  readonly earned: bigint;
  /** Deposits of complaints that came back. */
  readonly credit: bigint;
}

const { deployer, validators, executors, gateway, cheat } = DEVNET_ACCOUNTS;
/** Whoever may be paid or pay on a development network. */
export const EVERYBODY: readonly DevnetAccount[] = [deployer, ...validators, ...executors, gateway, cheat];

/** Everybody's, by name. */
export async function readPurses(chain: Chain): Promise<ReadonlyMap<string, Purse>> {
  const court = await openMeasuredCourt(chain);
  const found = await Promise.all(
    EVERYBODY.map(async ({ name, address }) => [name, await read(chain, court, address)] as const),
  );
  return new Map(found);
}

async function read(chain: Chain, court: MeasuredCourt | undefined, given: string): Promise<Purse> {
  const address = given.toLowerCase() as Address;
  const { accounting, stakeRegistry } = chain.contracts;
  const sellers = [...executors, cheat];
  const [wallet, deposit, member, rewards, earnings, channels] = await Promise.all([
    readTokenBalance(chain, address),
    readDeposit(chain, address),
    readMember(chain, address),
    stakeRegistry.rewards(address),
    accounting.earnings(address),
    Promise.all(sellers.map((seller) => accounting.channels(address, seller.address))),
  ]);
  return {
    ...{ wallet, deposit, stake: member.stake, rewards: rewards.credited },
    channels: channels.reduce((sum, { balance }) => sum + balance, 0n),
    earned: earnings.settled,
    credit: court === undefined ? 0n : await readCredit(chain, court.deposits, address),
  };
}
