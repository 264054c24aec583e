/** The jurors of a court at work, each with a host and a log of its own. */
import type { Hex } from "@lloom/protocol/commitment-types";
import { readPanel, readSeat, type Seat } from "../../node/src/chain/disputes/jury.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { openValidatorLog, type ValidatorLog } from "../../node/src/store/validator/validator-log.ts";
import { EvidenceCalls } from "../../node/src/validator/jury/evidence-calls.ts";
import type { Judge } from "../../node/src/validator/jury/judge.ts";
import { lookAfterDisputes } from "../../node/src/validator/look-after-disputes.ts";
import { OfferEquivocation } from "../../node/src/validator/offer-equivocation.ts";
import type { Court, Somebody } from "./court.ts";
import { silentLog, startHost, targetOf } from "./hosts.ts";
import { eventually } from "./processes.ts";

const PATIENCE_MS = 180_000;

export interface Seated {
  readonly juror: Somebody;
  readonly host: Host;
  readonly store: ValidatorLog;
}

/** All jurors of a court, closed with the stack. */
export const openBench = (court: Court, stack: AsyncDisposableStack, rpcUrl = court.url): Promise<Seated[]> =>
  Promise.all(
    court.bench.map(async (name) => {
      const juror = await court.as(name, rpcUrl);
      const host = stack.use(await startHost({ secret: juror.identity.secret }));
      return { juror, host, store: openValidatorLog(court.database(juror)) };
    }),
  );

/** Those of a bench who know that they were drawn for a case. */
export const seatsOf = (bench: readonly Seated[], id: Hex): readonly Seated[] =>
  bench.filter(({ store }) => store.findDuty("judge", id) !== undefined);

/** What they have revealed. */
export const votesOf = (court: Court, bench: readonly Seated[], id: Hex): Promise<readonly Seat["revealed"][]> =>
  Promise.all(
    seatsOf(bench, id).map(async ({ juror: { identity } }) => {
      const seat = await readSeat(court.chain, court.addresses, { id, juror: identity.address });
      return seat.revealed;
    }),
  );

/** Waits until the five of a first panel have revealed. */
export const allRevealed = (court: Court, id: Hex): Promise<void> =>
  eventually(
    "all have revealed",
    PATIENCE_MS,
    async () => (await readPanel(court.chain, court.addresses, id)).revealed === 5,
  );

export interface Sitting {
  /** What each of them judges by. */
  readonly judgeOf: (seated: Seated) => Judge;
  /** The executor that is complained of. */
  readonly seller: Host;
  /** Where parties call that have evidence. */
  readonly callsOf?: (seated: Seated) => EvidenceCalls;
  /** In front of each log. */
  readonly tap?: (log: ValidatorLog) => ValidatorLog;
}

/** The whole bench at work. Closing it ends all of them, wherever they are. */
export function sit(
  bench: readonly Seated[],
  { judgeOf, seller, callsOf = () => new EvidenceCalls(), tap = (log) => log }: Sitting,
): AsyncDisposable {
  const running = bench.map((seated) =>
    lookAfterDisputes({
      ...{ chain: seated.juror.chain, host: seated.host, validator: seated.juror.identity.address },
      ...{ store: tap(seated.store), judge: judgeOf(seated), wants: true, retryMs: 1_000, pollMs: 300, everyMs: 500 },
      ...{ turnMs: 0, calls: callsOf(seated), appeals: "off", mostDeposits: 0n, guards: [], fee: 0n },
      equivocation: new OfferEquivocation(),
      ...{ targetOf: () => targetOf(seller), onNews: () => undefined, log: silentLog },
    }),
  );
  return {
    [Symbol.asyncDispose]: async () => void (await Promise.all(running.map((one) => one[Symbol.asyncDispose]()))),
  };
}
