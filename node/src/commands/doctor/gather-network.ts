/** Facts that the network tells a stranger. */

import type { SignedOffer } from "@lloom/protocol/messages";
import { BlockTime } from "../../chain/read/block-time.ts";
import { readActive } from "../../chain/reads.ts";
import { asLloomError } from "../../errors.ts";
import { createLog } from "../../log.ts";
import { connectAt } from "../../p2p/host/dial.ts";
import { isWider, reachOf, widestReach } from "../../p2p/host/reach.ts";
import { keepReachable, type Reachability } from "../../p2p/reach/keep-reachable.ts";
import { comparePeerClocks } from "../../p2p/rpc/peer-time.ts";
import { wallClock } from "../../primitives/clock.ts";
import { askForOffers } from "../market/ask-for-offers.ts";
import { standingsOf } from "../market/competition.ts";
import { openStranger } from "../open/open-stranger.ts";
import { readReach } from "../reach-words.ts";
import type { ClockFacts, OffersFacts, PeersFacts, ReachFacts } from "./facts.ts";
import { unitOf } from "./gather-chain.ts";
import type { Ground, Known } from "./ground.ts";

export async function gatherPeers(
  { context }: Known,
  { network }: Pick<Ground, "network">,
  signal: AbortSignal,
): Promise<PeersFacts> {
  const dial = async (address: string): Promise<PeersFacts["bootstrap"][number]> => {
    const problem = await connectAt(network, address, signal).then(
      () => undefined,
      (thrown: unknown) => asLloomError(thrown).message.replace(/\.$/, ""),
    );
    return { address, problem };
  };
  const bootstrap = await Promise.all(context.settings.bootstrap.map(dial));
  return { bootstrap, connected: network.peers() };
}

export async function gatherClock(
  { context }: Known,
  { chain, network }: Pick<Ground, "chain" | "network">,
  signal: AbortSignal,
): Promise<ClockFacts> {
  await anyConnected({ context }, network, signal);
  const [bounds, peers] = await Promise.all([
    new BlockTime(chain, wallClock).look(signal).catch(() => undefined),
    comparePeerClocks(network, wallClock, signal),
  ]);
  return { evidence: { peers, chain: bounds }, platform: process.platform };
}

/** Resolves when one of the named peers is connected, or none answers. */
async function anyConnected(
  { context }: Pick<Known, "context">,
  network: Ground["network"],
  signal: AbortSignal,
): Promise<void> {
  const dials = context.settings.bootstrap.map((address) => connectAt(network, address, signal));
  await Promise.any(dials).catch(() => undefined);
}

/**
 * By the word of the node that runs, which has validators dial it back all the time; where none runs, the same is tried on its ports
 * for a moment.
 */
export async function gatherReach(
  { context, running, roles }: Known,
  { chain }: Pick<Ground, "chain">,
  signal: AbortSignal,
): Promise<ReachFacts> {
  const { settings } = context;
  const { listen, announce, bootstrap } = settings;
  const role = roles.has("executor") || !roles.has("validator") ? "executor" : "validator";
  const own = announce.length > 0 ? announce : listen;
  const isTooNear = isWider(widestReach(bootstrap), widestReach(own.map(unspecified)));
  const facts = { listen: own, role, isTooNear } as const;
  const told = Object.keys(running).length > 0 ? readReach(settings) : undefined;
  if (told !== undefined) return { found: told.found, by: "node", ...facts };
  if (isTooNear || running[role] !== undefined) return { found: { type: "untried" }, by: "try", ...facts };
  return { found: await tryReach({ context }, chain, signal), by: "try", ...facts };
}

/** All interfaces are as wide as the widest of them, which is not known here: nobody is warned for nothing. */
const unspecified = (address: string): string =>
  /^\/ip[46]\/(0\.0\.0\.0|::)\//.test(address) && reachOf(address) !== "internet" ? "/dns4/all.example/tcp/1" : address;

async function tryReach(
  { context }: Pick<Known, "context">,
  chain: Ground["chain"],
  signal: AbortSignal,
): Promise<Reachability> {
  const host = await openStranger(context, chain, context.settings.listen);
  await anyConnected({ context }, host, signal);
  const ended = new AbortController();
  let found: Reachability = { type: "untried" };
  const onChange = (next: Reachability): void => {
    found = next;
    if (next.type !== "untried") ended.abort();
  };
  const log = createLog({ level: "silent", name: "reach" });
  const until = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(TRY_MS)]);
  await keepReachable({ host, log, signal: until, onChange });
  return found;
}

const TRY_MS = 12_000;

export async function gatherOffers(
  { running }: Known,
  { chain, network, address }: Pick<Ground, "chain" | "network" | "address">,
  signal: AbortSignal,
): Promise<OffersFacts> {
  const offers = await askForOffers({ chain, host: network, signal });
  const executors = new Set(offers.map(({ offer }) => offer.executor));
  const own = offers.map(({ offer }) => offer).filter(({ executor }) => executor === address);
  const standings = own.length === 0 ? [] : await ownStandings(chain, { address, offers });
  return { isRunning: running.executor !== undefined, own, executors: executors.size, standings, unit: unitOf(chain) };
}

/** Rivals whose stake is asked for; who is dearer than so many is dear enough. */
const MOST_RIVALS = 64;

/** Offers without a stake are bought by nobody, and so are no rivals. */
async function ownStandings(
  chain: Ground["chain"],
  { address, offers }: { readonly address: Ground["address"]; readonly offers: readonly SignedOffer[] },
): Promise<OffersFacts["standings"]> {
  const executors = [...new Set(offers.map(({ offer }) => offer.executor))].filter((one) => one !== address);
  const asked = executors.slice(0, MOST_RIVALS);
  const active = await Promise.all(asked.map((executor) => readActive(chain, executor)));
  const staked = new Set([address, ...asked.filter((_, index) => active[index])]);
  const competitors = offers
    .filter(({ offer }) => staked.has(offer.executor))
    .map(({ offer }) => ({ offer, stake: 1n, hasCheated: false, load: 0, capacity: 1 }));
  return standingsOf(address, competitors);
}
