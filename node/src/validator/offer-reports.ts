import { randomBytes } from "node:crypto";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type CommitmentHasher, createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { senderOf } from "../chain/account/actions.ts";
import type { Chain } from "../chain/chain.ts";
import {
  commitReportCall,
  EQUIVOCATION_SECONDS,
  offerEquivocationId,
  proveOfferEquivocationCall,
  readReport,
  reportCommitment,
  type TwoOffers,
} from "../chain/disputes/equivocation.ts";
import { untilAborted } from "../chain/rpc/until-aborted.ts";
import { isReported, nextReport, type ReportMove } from "../duties/report-rules.ts";
import { asLloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { OfferEquivocation } from "./offer-equivocation.ts";
import type { Turns } from "./tower/turns.ts";

export interface OfferReportsOptions {
  readonly chain: Chain;
  /** EquivocationDisputes. */
  readonly disputes: Address;
  readonly offers: Pick<OfferEquivocation, "found">;
  /** One validator is first, the others find it proven. */
  readonly turns: Turns;
  readonly log: Log;
}

/** Proves on chain what `OfferEquivocation` found: the contract takes a tenth of the smallest stake for each. */
export class OfferReports {
  readonly #options: OfferReportsOptions;
  readonly #hasher: CommitmentHasher;
  /** What of each commitment nobody else must know before it is proven. */
  readonly #salts = new Map<Hex, Hex>();
  readonly #over = new Set<Hex>();

  constructor(options: OfferReportsOptions) {
    this.#options = options;
    this.#hasher = createCommitmentHasher(options.chain.domain);
  }

  /** Does for each pair what is to be done now. Throws the first failure when all have been looked at. */
  async round(signal: AbortSignal): Promise<void> {
    const { offers, log } = this.#options;
    let failure: unknown;
    for (const two of offers.found()) {
      const id = offerEquivocationId(two.first.offer);
      if (this.#over.has(id)) continue;
      try {
        while (await this.#step(id, two, signal));
      } catch (thrown) {
        if (signal.aborted) throw thrown;
        log.warn({ id, problem: asLloomError(thrown).message }, "proof of two offers put off");
        failure ??= thrown;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** True when something was sent: then there may be more to do. */
  async #step(id: Hex, two: TwoOffers, signal: AbortSignal): Promise<boolean> {
    const { chain, disputes, turns, log } = this.#options;
    const salt = this.#salts.get(id) ?? bytesToHex(randomBytes(32));
    this.#salts.set(id, salt);
    const reporter = senderOf(chain).account.address;
    const [first, second] = [this.#hasher.hashOffer(two.first.offer), this.#hasher.hashOffer(two.second.offer)];
    const commitment = reportCommitment(reporter, { salt, first, second });
    const asked = { id, commitment, reporter, event: "OfferEquivocationProven" } as const;
    const [report, nowSeconds] = await untilAborted(
      Promise.all([readReport(chain, disputes, asked), chain.nowSeconds()]),
      signal,
    );
    const move = nextReport({ ...report, nowSeconds, proveBy: proveByOf(two) });
    if (move.act === "none") return this.#rest(id, two, move);
    // A commitment keeps its place: what was begun is not left to others.
    if (move.act === "commit" && !turns.isNow(id, "report")) return false;
    const { executor, offerId } = two.first.offer;
    log.warn({ executor, offerId, act: move.act }, "two offers of one id are reported");
    const call =
      move.act === "commit" ? commitReportCall(disputes, commitment) : proveOfferEquivocationCall(disputes, two, salt);
    await senderOf(chain).send(call, { signal });
    return true;
  }

  #rest(id: Hex, { first }: TwoOffers, { state }: Extract<ReportMove, { act: "none" }>): false {
    if (!isReported(state)) return false;
    this.#over.add(id);
    this.#options.turns.forget(id, "report");
    this.#options.log.info({ executor: first.offer.executor, state }, "report of two offers is over");
    return false;
  }
}

/** Until when the contract takes the proof. */
const proveByOf = ({ first: { offer: one }, second: { offer: other } }: TwoOffers): bigint =>
  (one.validUntil < other.validUntil ? one.validUntil : other.validUntil) + EQUIVOCATION_SECONDS;
