import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { type SignedOffer, WIRE_LIMITS } from "@lloom/protocol/messages";
import { validatorKey } from "@lloom/protocol/names";
import { offerProblem } from "@lloom/protocol/offers";
import { senderOf } from "../chain/account/actions.ts";
import type { Chain } from "../chain/chain.ts";
import { openStakeView, type StakeView } from "../chain/read/stake-view.ts";
import { type AppealPolicy, MOST_APPEAL_DEPOSITS } from "../duties/appeal-rules.ts";
import type { Log } from "../log.ts";
import { joinOfferTopic } from "../p2p/discovery/offer-topic.ts";
import { announce } from "../p2p/discovery/provider-records.ts";
import type { PeerTarget } from "../p2p/host/dial.ts";
import type { Host } from "../p2p/host/host.ts";
import { peerOfOffer } from "../p2p/host/peer-of-offer.ts";
import { DialBack } from "../p2p/rpc/dial-back.ts";
import { serveRpc } from "../p2p/rpc/rpc.ts";
import { type Clock, steadyClock, toSeconds, wallClock } from "../primitives/clock.ts";
import { pause } from "../primitives/pause.ts";
import type { Duty } from "../store/duty-log.ts";
import type { ValidatorLog } from "../store/validator/validator-log.ts";
import { VERSION } from "../version.ts";
import { recoverAddress } from "../wallet/recover.ts";
import { EvidenceCalls } from "./jury/evidence-calls.ts";
import type { Judge } from "./jury/judge.ts";
import { lookAfterDisputes } from "./look-after-disputes.ts";
import { OfferEquivocation } from "./offer-equivocation.ts";
import { OfferRegistry } from "./offer-registry.ts";
import { entrusting } from "./tower/guard.ts";

/** What a validator is made of; all of it outlives the validator and is closed by whoever opened it. */
export interface ValidatorParts {
  readonly chain: Chain;
  /** A DHT server that others can reach. */
  readonly host: Host;
  /** Where its duties stand; without one it has none, and is an anchor alone. */
  readonly store?: ValidatorLog;
  /** Measures what is complained of; without one it finds that it cannot tell. */
  readonly judge?: Judge;
  readonly log: Log;
}

export interface ValidatorOptions {
  /** Whether it wants to be drawn for juries. */
  readonly jury?: boolean;
  /** Whether verdicts against its own complaints are appealed against, and base units that appeals may lock. */
  readonly appeals?: AppealPolicy;
  readonly appealDeposits?: bigint;
  /** Executors that it guards: for whom it settles and rebuts while they are offline. Nobody else's pairs are taken. */
  readonly guards?: readonly Address[];
  /** Base units that it takes for each of their lanes that it sends something for. */
  readonly guardFee?: bigint;
  /** Told of every seat and every complaint of its own, and of every step until the case is over. */
  readonly onDuty?: (duty: Duty) => void;
  /** How often the chain is asked for events. */
  readonly watchPollMs?: number;
  /** How often duties are looked at while the chain tells nothing of them. */
  readonly dutyCheckMs?: number;
  /** How long after a failure evidence is asked for again. */
  readonly evidenceRetryMs?: number;
  /** Within so long one of the validators does what anybody can do. */
  readonly turnMs?: number;
  /** How often expired offers are forgotten and stakes looked at again. */
  readonly tidyIntervalMs?: number;
  /** Wall clock, Unix milliseconds. */
  readonly clock?: Clock;
}

/** An anchor of the network: keeps the offers of executors with stake, and tells them to whoever asks. */
export interface Validator extends AsyncDisposable {
  /** Offers that stand, of one model or of all, as many as one answer holds. */
  offers(model?: string): SignedOffer[];
  /** How many there are, expired ones among them until they are forgotten. */
  offerCount(): number;
  /** All that is here: whoever draws among them must pass nobody over for lack of room. */
  allOffers(): SignedOffer[];
}

const TIDY_INTERVAL_MS = 30_000;
const DUTIES = { watchPollMs: 4_000, dutyCheckMs: 30_000, evidenceRetryMs: 300_000, turnMs: 60_000 } as const;

/** Joins the network as a validator: gossip, calls, and the DHT key under which clients look for one. */
export async function createValidator(parts: ValidatorParts, options: ValidatorOptions): Promise<Validator> {
  const { chain, host, log } = parts;
  const { clock = wallClock, tidyIntervalMs = TIDY_INTERVAL_MS, guards = [], guardFee: fee = 0n } = options;
  const { store } = parts;
  await using stack = new AsyncDisposableStack();
  const registry = new OfferRegistry();
  const equivocation = new OfferEquivocation();
  const stake = openStakeView(chain, { peers: host });
  joinGossip(parts, { registry, equivocation, stake, clock, stack });
  const startedMs = steadyClock();
  const calls = new EvidenceCalls();
  const offers = (model?: string): SignedOffer[] => registry.list(clock(), { model, most: WIRE_LIMITS.offers });
  stack.use(
    await serveRpc(host, {
      offers: (wanted) => registry.list(clock(), { ...wanted, most: WIRE_LIMITS.offers }),
      health: () => ({
        role: "validator",
        version: VERSION,
        uptimeMs: Math.floor(steadyClock() - startedMs),
        peers: host.peers(),
        offers: registry.size,
        load: 0,
      }),
      reach: new DialBack(host).reach,
      ...(store === undefined ? {} : { entrust: entrusting({ chain, store, guards, fee }), evidence: calls.take }),
      log,
    }),
  );
  const stop = new AbortController();
  const tidying = keepTidy({ registry, stake, clock, intervalMs: tidyIntervalMs, signal: stop.signal });
  stack.defer(async () => {
    stop.abort();
    await tidying;
  });
  if (store !== undefined)
    stack.use(serveDuties(parts, store, { ...options, guards, fee, registry, equivocation, calls, clock }));
  stack.use(announce(host, { keys: [validatorKey(chain.network)], log, signal: stop.signal }));
  const resources = stack.move();
  const allOffers = (): SignedOffer[] => registry.all(clock());
  return { offers, allOffers, offerCount: () => registry.size, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** What a validator without weights can say. */
const cannotTell: Judge = async () => ({ choice: "Insufficient", why: "There is nothing here to measure with." });

function serveDuties(
  { chain, host, judge = cannotTell, log }: ValidatorParts,
  store: ValidatorLog,
  {
    registry,
    equivocation,
    calls,
    clock,
    jury = true,
    onDuty = () => undefined,
    guards,
    fee,
    ...options
  }: ServedDuties,
): AsyncDisposable {
  const { appeals = "auto", appealDeposits: mostDeposits = MOST_APPEAL_DEPOSITS } = options;
  const { watchPollMs: pollMs, dutyCheckMs: everyMs, evidenceRetryMs: retryMs, turnMs } = { ...DUTIES, ...options };
  const targetOf = (executor: Address): PeerTarget | undefined => {
    const [known] = registry.list(clock(), { executor, most: 1 });
    return known && peerOfOffer(known);
  };
  return lookAfterDisputes({
    ...{ chain, host, store, judge, targetOf, calls, log, pollMs, everyMs, retryMs, turnMs },
    ...{ appeals, mostDeposits, guards, fee, equivocation },
    ...{ validator: senderOf(chain).account.address, wants: jury, onNews: onDuty },
  });
}

interface ServedDuties extends Omit<ValidatorOptions, "clock" | "guards" | "guardFee"> {
  readonly guards: readonly Address[];
  readonly fee: bigint;
  readonly registry: OfferRegistry;
  readonly equivocation: OfferEquivocation;
  readonly calls: EvidenceCalls;
  readonly clock: Clock;
}

interface Gossip {
  readonly registry: OfferRegistry;
  readonly equivocation: OfferEquivocation;
  readonly stake: StakeView;
  readonly clock: Clock;
  readonly stack: AsyncDisposableStack;
}

function joinGossip(
  { chain, host, log }: ValidatorParts,
  { registry, equivocation, stake, clock, stack }: Gossip,
): void {
  const hasher = createCommitmentHasher(chain.domain);
  stack.use(
    joinOfferTopic(host, {
      stakes: stake,
      accept: (signed) => offerProblem({ hasher, recover: recoverAddress, signed, nowSeconds: toSeconds(clock()) }),
      onOffer: (signed) => {
        const { executor } = signed.offer;
        if (stake.isStaked(executor) !== true) return;
        registry.add(signed);
        equivocation.hear(signed);
      },
      onWithdraw: (executor) => registry.remove(executor),
      log,
      clock,
    }),
  );
}

interface Tidying {
  readonly registry: OfferRegistry;
  readonly stake: StakeView;
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Forgets expired offers, and those of executors whose stake is gone. */
async function keepTidy({ registry, stake, clock, intervalMs, signal }: Tidying): Promise<void> {
  while (!signal.aborted) {
    await pause(intervalMs, signal);
    if (signal.aborted) return;
    registry.prune(clock());
    for (const executor of registry.executors())
      if ((await stake.get(executor))?.active === false) registry.remove(executor);
  }
}
