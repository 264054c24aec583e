import { db } from "ponder:api";
import { network } from "ponder:schema";
import { type ChainView, chainView } from "./chain-watch.ts";
import { indexedBlock } from "./checkpoint.ts";

/** How far the tables follow the chain. `replaced`: the RPC serves another chain than the tables are of. */
type ChainState = "current" | "behind" | "unreachable" | "replaced";

/**
 * Which deployment the tables are of, how far they are and how far behind. `lagSeconds` is between two blocks' times, so
 * that a chain without new blocks has no lag.
 */
export async function meta() {
  const [block, rows, view] = await Promise.all([indexedBlock(), db.select().from(network).limit(1), chainView()]);
  const deployment = rows[0];
  const lagBlocks = view && block ? view.head.number - block.number : undefined;
  return {
    state: stateOf(view, deployment?.genesisHash, lagBlocks),
    block: block ?? null,
    head: view?.head ?? null,
    lagBlocks: lagBlocks ?? null,
    lagSeconds: view && block ? Math.max(0, view.head.timestamp - block.timestamp) : null,
    chainId: deployment?.chainId ?? null,
    genesisHash: deployment?.genesisHash ?? null,
    accounting: deployment?.accounting ?? null,
    stakeRegistry: deployment?.stakeRegistry ?? null,
    paymentToken: deployment?.paymentToken ?? null,
    tokenSymbol: deployment?.tokenSymbol ?? null,
    tokenDecimals: deployment?.tokenDecimals ?? null,
  };
}

function stateOf(
  view: ChainView | undefined,
  genesisHash: string | undefined,
  lagBlocks: bigint | undefined,
): ChainState {
  if (view === undefined) return "unreachable";
  if (genesisHash !== undefined && genesisHash !== view.genesisHash) return "replaced";
  return lagBlocks === 0n ? "current" : "behind";
}
