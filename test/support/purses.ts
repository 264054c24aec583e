/** Everybody's money on a development network, read from the chain. */
import type { Address } from "@lloom/protocol/commitment-types";
import { DEVNET_ACCOUNTS, type DevnetAccount } from "../../devnet/src/accounts.ts";
import type { Chain } from "../../node/src/chain/chain.ts";
import { wealthOf } from "./wealth.ts";

/** What one account has, in base units, its channels as a client included. */
export type Purse = Awaited<ReturnType<typeof read>>;

const { deployer, validators, executors, gateway, cheat } = DEVNET_ACCOUNTS;
/** Whoever may be paid or pay on a development network. */
export const EVERYBODY: readonly DevnetAccount[] = [deployer, ...validators, ...executors, gateway, cheat];

/** Everybody's, by name. */
export async function readPurses(chain: Chain): Promise<ReadonlyMap<string, Purse>> {
  const found = await Promise.all(
    EVERYBODY.map(async ({ name, address }) => [name, await read(chain, address.toLowerCase() as Address)] as const),
  );
  return new Map(found);
}

async function read(chain: Chain, address: Address) {
  const { accounting } = chain.contracts;
  const sellers = [...executors, cheat];
  const channels = await Promise.all(sellers.map((seller) => accounting.channels(address, seller.address)));
  return {
    ...(await wealthOf(chain, address)),
    channels: channels.reduce((sum, { balance }) => sum + balance, 0n),
  };
}
