import { network } from "ponder:schema";
import { type ChainView, chainView } from "./chain-watch.ts";
import { wallSeconds } from "./clock.ts";
import { inSnapshot, type Snapshot } from "./snapshot.ts";

/** How far the tables follow the chain. `replaced`: the RPC serves another chain than the tables are of. */
type ChainState = "current" | "behind" | "unreachable" | "replaced";

/** What `/meta` answers. */
export async function meta() {
  const view = await chainView();
  return await inSnapshot((snapshot) => metaIn(snapshot, view));
}

/**
 * Which deployment the tables are of, how far they are and how far behind, from a snapshot that more may be read from. `lagSeconds` is
 * between two blocks' times, so that a chain without new blocks has no lag; how old its newest block is stands beside it, by this
 * machine's clock, below zero where the chain's is ahead.
 */
export async function metaIn({ tables, block }: Snapshot, view: ChainView | undefined) {
  const [deployment] = await tables.select().from(network).limit(1);
  const lagBlocks = view && block ? larger(view.head.number - block.number, 0n) : undefined;
  return {
    state: stateOf(view, deployment?.genesisHash, lagBlocks),
    block: block ?? null,
    head: view?.head ?? null,
    lagBlocks: lagBlocks ?? null,
    lagSeconds: view && block ? Math.max(0, view.head.timestamp - block.timestamp) : null,
    headAgeSeconds: view ? wallSeconds() - view.head.timestamp : null,
    chainId: deployment?.chainId ?? null,
    genesisHash: deployment?.genesisHash ?? null,
    accounting: deployment?.accounting ?? null,
    stakeRegistry: deployment?.stakeRegistry ?? null,
    paymentToken: deployment?.paymentToken ?? null,
    tokenSymbol: deployment?.tokenSymbol ?? null,
    tokenDecimals: deployment?.tokenDecimals ?? null,
  };
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function stateOf(
  view: ChainView | undefined,
  genesisHash: string | undefined,
  lagBlocks: bigint | undefined,
): ChainState {
  if (view === undefined) return "unreachable";
  if (genesisHash !== undefined && genesisHash !== view.genesisHash) return "replaced";
  return lagBlocks === 0n ? "current" : "behind";
}
