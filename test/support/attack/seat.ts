import { peerIdBytes } from "@lloom/protocol/peer-id";
import { deposit, faucet, registerAndStake } from "../../../node/src/chain/account/actions.ts";
import { type Chain, openChain } from "../../../node/src/chain/chain.ts";
import { createLog } from "../../../node/src/log.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";
import type { TestChain } from "../chain.ts";

/** Base units: what each honest executor has at stake. */
export const STAKE = 200_000_000n;
/** A liar may be rich: more stake draws more questions. */
export const LIARS_STAKE = 2n * STAKE;
/** Base units that a client puts in. */
export const DEPOSIT = 100_000_000n;
const ETHER = 10n ** 18n;
const log = createLog({ level: "silent", name: "attack" });

/** The chain as an account of its own sees it, past whatever is flaky. */
export const openAs = (chain: TestChain, accounting: string, identity: Identity): Promise<Chain> =>
  openChain({ rpcUrl: chain.rpcUrl, accounting, identity, signal: new AbortController().signal, log });

/** Where money is. */
interface Site {
  readonly chain: TestChain;
  readonly accounting: string;
}

/** Gives a key test money, and makes it an executor with stake or a client with a deposit. */
export async function seat(
  { chain, accounting }: Site,
  seated: "client" | { readonly stake: bigint },
  identity: Identity,
): Promise<void> {
  await chain.request("hardhat_setBalance", identity.address, `0x${(100n * ETHER).toString(16)}`);
  await using own = await openAs(chain, accounting, identity);
  await faucet(own);
  if (seated === "client") {
    await deposit(own, DEPOSIT);
    return;
  }
  const peerId = peerIdBytes(identity.secret);
  await registerAndStake(own, { role: "executor", peerId, metadataURI: "", amount: seated.stake });
}
