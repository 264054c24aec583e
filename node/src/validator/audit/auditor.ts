import { AUDIT_LOOKAHEAD, epochAt, isAssigned } from "@lloom/protocol/audit-assignments";
import { auditReports } from "@lloom/protocol/audit-reports";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { CANARY_WINDOW } from "@lloom/protocol/verification/sequential-test";
import { senderOf } from "../../chain/account/actions.ts";
import { readMember } from "../../chain/reads.ts";
import { type Audits, proveSeed, readChains, readSeed, reportCall } from "../../chain/reputation/audits.ts";
import type { Log } from "../../log.ts";
import type { AuditLog } from "../../store/validator/audit-log.ts";
import type { Random } from "../canary/draw.ts";
import type { VisitSource } from "../canary/visit-source.ts";
import { findBorder } from "./border-search.ts";
import type {
  AuditableOffer,
  AuditQuestion,
  CanaryFinding,
  CanaryPrice,
  EndedCanary,
  KeptAudit,
} from "./canary-answer.ts";
import { type Accusation, accusationOf } from "./complaint-rules.ts";
import { Commonness } from "./draw-offer.ts";
import { findingsOf } from "./findings.ts";
import { judge, type KnownWeights } from "./judge.ts";
import type { OwnCounting } from "./judge-charge.ts";
import { planCanaries, reportDueAt } from "./plan.ts";
import type { Preimages } from "./preimages.ts";
import { isWithin } from "./price-limits.ts";

/** What a complaint is planned by. */
export interface Grounds {
  readonly executor: Address;
  readonly weightsHash: Hex;
  /** Those that speak against it, the newest first. */
  readonly canaries: readonly KeptAudit[];
}

/** An executor against whom the canaries prove enough for a dispute. */
export interface Case extends Grounds, Accusation {}

export interface AuditorParts {
  readonly audits: Audits;
  readonly validator: Address;
  readonly store: AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;
  readonly preimages: Preimages;
  /** What is offered now; `undefined` while this node has not listened long enough to know it: an epoch is drawn once. */
  readonly offers: () => readonly AuditableOffer[] | undefined;
  /** The most that canaries pay for each of all that is offered. */
  readonly mostPrices: (offers: readonly AuditableOffer[]) => (offer: AuditableOffer) => CanaryPrice;
  /** Does something with weights, if this validator has them; nobody else uses them meanwhile. */
  readonly withWeights: WithWeights;
  /** Between 0 and 1; undefined for who is not known. */
  readonly trustOf: (executor: Address, signal: AbortSignal) => Promise<number | undefined>;
  /** Told when a dispute may be opened, and again with every look until a complaint shows these canaries. */
  readonly onCase: (found: Case, nowSeconds: bigint) => void;
  /** The same of an executor that charged for more tokens than there are: each of these canaries proves it alone. */
  readonly onOvercharge: (found: Grounds, nowSeconds: bigint) => void;
  /** Told what was drawn, found and reported. */
  readonly onNews: (news: AuditNews) => void;
  /** What clients are like. */
  readonly visits: VisitSource;
  readonly random: Random;
  readonly log: Log;
}

/** What happens in an epoch, for whoever runs the validator. */
export type AuditNews =
  | {
      readonly type: "drawn";
      readonly epoch: bigint;
      /** Chain seconds. */
      readonly endsAt: bigint;
      readonly executors: number;
      readonly canaries: number;
    }
  | { readonly type: "found"; readonly executor: Address; readonly problem: string }
  | { readonly type: "reported"; readonly epoch: bigint; readonly executors: number };

export type WithWeights = <Found>(
  hash: Hex,
  work: (weights: KnownWeights | undefined, counting?: OwnCounting) => Promise<Found>,
  signal: AbortSignal,
) => Promise<Found>;

/** Epochs whose canaries are kept: as long as a dispute may ask for them, and some. */
const KEPT_SECONDS = 14n * 24n * 3600n;

/**
 * Does what is due in an epoch of the chain's clock but asking, which others do beside it (`Visitor`), each step once: a crash
 * between any two of them loses nothing and repeats nothing but what can be repeated. Every look begins with the chain, and
 * what is about to be done is saved before.
 */
export class Auditor {
  readonly #parts: AuditorParts;

  constructor(parts: AuditorParts) {
    this.#parts = parts;
  }

  /** All that is due now. Throws what the chain throws. */
  async look(signal: AbortSignal): Promise<void> {
    const { audits, preimages, store } = this.#parts;
    const nowSeconds = await audits.chain.nowSeconds();
    const epoch = epochAt(nowSeconds, audits.epochSeconds);
    await preimages.keepRegistered(epoch, signal);
    await this.#judge(signal);
    this.#accuse(nowSeconds);
    await this.#report(epoch - 1n, { nowSeconds, signal });
    await this.#begin(epoch, { nowSeconds, signal });
    store.prune(epoch - KEPT_SECONDS / audits.epochSeconds);
  }

  /** Whom this validator audits in the epoch, and with what; drawn once. */
  async #begin(
    epoch: bigint,
    { nowSeconds, signal }: { readonly nowSeconds: bigint; readonly signal: AbortSignal },
  ): Promise<void> {
    const { audits, store, preimages, random, visits, withWeights, log } = this.#parts;
    const preimage = await preimages.at(epoch);
    const known = this.#parts.offers();
    if (known === undefined || preimage === undefined || store.hasEpoch(epoch)) return;
    const seed = (await readSeed(audits, epoch)) ?? (await this.#proveSeed(epoch, signal));
    if (seed === undefined) return;
    const assigned = known.filter(({ executor }) => isAssigned({ seed, preimage, executor, odds: audits.odds }));
    const offers: AuditableOffer[] = [];
    for (const offer of this.#affordable(assigned, this.#parts.mostPrices(known)))
      if (await this.#counts(offer.executor, epoch)) offers.push(offer);
    const trust = await this.#trust(offers, signal);
    const canaries = await planCanaries({
      ...{
        offers,
        common: new Commonness(known),
        nowSeconds,
        endSeconds: (epoch + 1n) * audits.epochSeconds,
        visits,
        random,
      },
      onUnfit: ({ executor, model }) => log.warn({ executor, model }, "no recorded visit fits into a model's context"),
      trustOf: ({ executor }) => trust.get(executor),
      // Those of the last epoch are asked for in this one.
      waitingOf: (executor) => store.waitingVisit(executor, (epoch + 1n) * audits.epochSeconds),
      borderFor: ({ weightsHash }) =>
        withWeights(
          weightsHash,
          async (weights) => weights && findBorder(weights.reference, weights.calibration.leadBound, random, visits),
          signal,
        ),
    });
    store.beginEpoch(epoch, seed, canaries);
    const drawn = { executors: new Set(canaries.map(({ executor }) => executor)).size, canaries: canaries.length };
    log.info({ epoch: String(epoch), ...drawn }, "an epoch's audits are drawn");
    this.#parts.onNews({ type: "drawn", epoch, endsAt: (epoch + 1n) * audits.epochSeconds, ...drawn });
  }

  /** Those that canaries pay for. Others say nothing for or against who makes them: nobody is known to have bought by them. */
  #affordable(
    offers: readonly AuditableOffer[],
    mostPrice: (offer: AuditableOffer) => CanaryPrice,
  ): readonly AuditableOffer[] {
    const limited = offers.map((offer) => ({ ...offer, maxPrice: mostPrice(offer) }));
    const dear = limited.filter((offer) => !isWithin(offer, offer.maxPrice));
    for (const [executor, own] of Map.groupBy(dear, (offer) => offer.executor)) {
      const models = own.map(({ model }) => model);
      this.#parts.log.warn({ executor, models }, "offers ask more than a canary pays, and are not audited");
    }
    return limited.filter((offer) => isWithin(offer, offer.maxPrice));
  }

  async #trust(offers: readonly AuditableOffer[], signal: AbortSignal): Promise<Map<Address, number | undefined>> {
    const trust = new Map<Address, number | undefined>();
    for (const { executor } of offers)
      if (!trust.has(executor)) trust.set(executor, await this.#parts.trustOf(executor, signal));
    return trust;
  }

  /** Whether reports on it are taken: it was an executor two epochs ago. */
  async #counts(executor: Address, epoch: bigint): Promise<boolean> {
    const { chain, epochSeconds } = this.#parts.audits;
    const { role, registeredAt } = await readMember(chain, executor);
    return role === "executor" && registeredAt / epochSeconds + AUDIT_LOOKAHEAD <= epoch;
  }

  async #proveSeed(epoch: bigint, signal: AbortSignal): Promise<Hex | undefined> {
    const { audits } = this.#parts;
    const proof = await proveSeed(audits, epoch);
    if (proof !== undefined) await senderOf(audits.chain).send(proof.call, { signal });
    return proof?.seed;
  }

  async #judge(signal: AbortSignal): Promise<void> {
    const { store, preimages, withWeights, log } = this.#parts;
    for (const canary of store.answered()) {
      const secret = await preimages.at(canary.epoch);
      if (secret === undefined) continue;
      const { executor, weightsHash } = canary;
      const finding = await withWeights(
        weightsHash,
        (weights, counting) => judge(canary, { weights, counting, secret }),
        signal,
      );
      store.saveFinding(canary.id, finding);
      if (finding.failure === undefined) continue;
      log.warn({ executor, ...finding }, "a canary speaks against an executor");
      this.#parts.onNews({ type: "found", executor, problem: finding.problem ?? finding.failure });
    }
  }

  /** Looks at all that was found, each time: a process that ended between a finding and its complaint has lost nothing. */
  #accuse(nowSeconds: bigint): void {
    const { store, onCase } = this.#parts;
    this.#accuseOfCounts(nowSeconds);
    for (const { executor, weightsHash } of store.audited()) {
      const accusation = accusationOf(store.judgedOf(executor, weightsHash, CANARY_WINDOW));
      if (accusation !== undefined) onCase({ executor, weightsHash, ...accusation }, nowSeconds);
    }
  }

  /** Counts are facts: one canary is enough. */
  #accuseOfCounts(nowSeconds: bigint): void {
    const { store, onOvercharge } = this.#parts;
    for (const { executor, weightsHash } of store.audited()) {
      const judged = store.judgedOf(executor, weightsHash, CANARY_WINDOW);
      const canaries = judged.filter(({ finding }) => finding?.claim !== undefined).reverse();
      if (canaries.length > 0) onOvercharge({ executor, weightsHash, canaries }, nowSeconds);
    }
  }

  /**
   * Reports the epoch that is over, if it found out anything, once all its answers are here and judged, or it becomes late;
   * what the chain has of it already is not sent again. The chain is asked at every look, since a reorganisation may have
   * taken the report back.
   */
  async #report(
    epoch: bigint,
    { nowSeconds, signal }: { readonly nowSeconds: bigint; readonly signal: AbortSignal },
  ): Promise<void> {
    const { audits, store, preimages, validator, log } = this.#parts;
    if (!store.hasEpoch(epoch)) return;
    const preimage = await preimages.at(epoch);
    if (preimage === undefined) return;
    const canaries = store.ofEpoch(epoch);
    const isOpen = canaries.some(
      ({ state, question }) => state === "asked" || (state === "answered" && !question.waits),
    );
    if (isOpen && nowSeconds < reportDueAt(epoch, audits.epochSeconds)) return;
    const findings = findingsOf(canaries, (executor) => preimages.saltOf(epoch, executor));
    let executors = 0;
    for (const rows of auditReports(findings)) {
      const { headEpoch, cursor, next } = await readChains(audits, validator);
      const rest = headEpoch === epoch ? rows.filter(({ executor }) => executor > cursor) : rows;
      if (rest.length === 0) continue;
      // A chain that waits takes over with the report.
      const from = next !== undefined && next.firstEpoch <= epoch ? next.firstEpoch : headEpoch;
      const skipped = epoch > from ? epoch - from : 0n;
      await senderOf(audits.chain).send(reportCall(audits, { epoch, preimage, rows: rest, skipped }), { signal });
      log.info({ epoch: String(epoch), executors: rest.length }, "audits are reported");
      executors += rest.length;
    }
    if (!store.isReported(epoch)) store.markReported(epoch);
    if (executors > 0) this.#parts.onNews({ type: "reported", epoch, executors });
  }
}
