import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { Chain } from "../../chain/chain.ts";
import { readActive, readFrauds, readMember } from "../../chain/reads.ts";
import { connectAt } from "../../p2p/host/dial.ts";
import type { CommandContext } from "../command.ts";
import { openStranger } from "../open/open-stranger.ts";
import { progressLine } from "../progress-line.ts";
import { counted } from "../words.ts";
import { askForOffers } from "./ask-for-offers.ts";

/** An offer with what its executor has at stake. */
export interface SeenOffer {
  readonly signed: SignedOffer;
  /** Base units that count; 0 for no active executor. */
  readonly stake: bigint;
  /** A jury found it to have cheated lately, or it admitted that. */
  readonly hasCheated: boolean;
}

/** Executors whose stake is read at the same time, and at all. */
const READS_AT_ONCE = 16;
const MOST_READ = 1_024;

/** What a stranger sees of the network now: offers, and the stakes behind them; the chain is asked about each executor once. */
export async function seeMarket(context: CommandContext, chain: Chain): Promise<readonly SeenOffer[]> {
  const progress = progressLine();
  progress.show("Joining the network ...");
  try {
    const host = await openStranger(context, chain);
    const { bootstrap } = context.settings;
    await Promise.allSettled(bootstrap.map((address) => connectAt(host, address, context.signal)));
    progress.show(`Asking ${counted(host.peers(), "peer")} for offers ...`);
    const offers = await askForOffers({ chain, host, signal: context.signal });
    const executors = [...new Set(offers.map(({ offer }) => offer.executor))].slice(0, MOST_READ);
    const stakes = new Map<Address, Pick<SeenOffer, "stake" | "hasCheated">>();
    for (let start = 0; start < executors.length; start += READS_AT_ONCE) {
      progress.show(`Reading stakes: ${start} of ${executors.length} ...`);
      const some = executors.slice(start, start + READS_AT_ONCE);
      await Promise.all(some.map(async (executor) => stakes.set(executor, await stakeOf(chain, executor))));
    }
    return offers.map((signed) => ({ signed, ...(stakes.get(signed.offer.executor) ?? NOTHING) }));
  } finally {
    progress.clear();
  }
}

const NOTHING = { stake: 0n, hasCheated: false };

async function stakeOf(chain: Chain, executor: Address): Promise<Pick<SeenOffer, "stake" | "hasCheated">> {
  const [isActive, { role, stake }] = await Promise.all([readActive(chain, executor), readMember(chain, executor)]);
  if (!isActive || role !== "executor") return NOTHING;
  return { stake, hasCheated: await readFrauds(chain, executor) };
}
