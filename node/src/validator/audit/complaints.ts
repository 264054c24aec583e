import type { Address, CompactSignature, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { overchargeOf } from "@lloom/protocol/costs";
import { hashEvidence } from "@lloom/protocol/evidence-hash";
import type { TokenCounts } from "@lloom/protocol/token-counts";
import { convicts, type ShownProof } from "@lloom/protocol/verification/conviction";
import { senderOf } from "../../chain/account/actions.ts";
import { settle } from "../../chain/account/settle.ts";
import type { Chain } from "../../chain/chain.ts";
import { isRefusal } from "../../chain/chain-failure.ts";
import { openMeasuredCall } from "../../chain/disputes/measured-calls.ts";
import type { MeasuredCourt } from "../../chain/disputes/measured-court.ts";
import {
  isOpen,
  type MeasuredKind,
  quoteBond,
  readDeposits,
  readDisputeAbout,
  readMeasured,
} from "../../chain/disputes/measured-disputes.ts";
import { readLane } from "../../chain/reads.ts";
import { depositApproval, readFunds } from "../../duties/deposits.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { AuditLog } from "../../store/validator/audit-log.ts";
import type { ComplaintLog, KeptComplaint } from "../../store/validator/complaint-log.ts";
import type { Grounds } from "./auditor.ts";
import type { AuditQuestion, CanaryFinding, EndedCanary, KeptAudit, SignedAnswer } from "./canary-answer.ts";
import { bondProblem, isPaid, isShowable, MOST_SHOWN, proofOf, signedOf } from "./complaint-rules.ts";

export interface ComplaintsParts {
  readonly chain: Chain;
  /** `undefined` for a deployment without measured disputes: then only reports tell what was found. */
  readonly court: MeasuredCourt | undefined;
  readonly validator: Address;
  readonly store: ComplaintLog;
  readonly audits: AuditLog<AuditQuestion, EndedCanary, CanaryFinding>;
  /** Base units that bonds of complaints may lock. */
  readonly mostBonds: bigint;
  /** The consent of the canary key that asked, to this validator; `undefined` if it is not one of its keys. */
  readonly consentOf: (request: Receipt["request"], requestHash: Hex, epoch: bigint) => CompactSignature | undefined;
  /** Told of every complaint that is planned, and whenever it moves on. */
  readonly onNews: (complaint: KeptComplaint) => void;
  readonly log: Log;
}

/** An answer that a complaint shows. */
interface Shown extends SignedAnswer {
  readonly responseHash: Hex;
  readonly consent: CompactSignature;
  /** What a jury convicts by, where a model is complained of. */
  readonly proof: ShownProof | undefined;
  /** What there really was, where counts are complained of. */
  readonly claim: TokenCounts | undefined;
}

/** Answers of one complaint, and of what sort it is. */
interface Showing {
  readonly kind: MeasuredKind;
  readonly shown: readonly Shown[];
}

/**
 * Brings what canaries prove before a jury. A complaint is saved with its canaries, then signed, then sent; every look begins with
 * what the chain has, so that a kill at any moment opens no dispute twice and loses none.
 */
export class Complaints {
  readonly #parts: ComplaintsParts;

  constructor(parts: ComplaintsParts) {
    this.#parts = parts;
  }

  /** Plans a complaint, unless one about this executor is under way: then its canaries wait. */
  plan({ executor, weightsHash, canaries }: Grounds, nowSeconds: bigint): void {
    const { store, log } = this.#parts;
    if (this.#parts.court === undefined) return;
    if (store.openComplaints().some((one) => one.executor === executor)) return;
    const shown = canaries.slice(0, MOST_SHOWN).map(({ id }) => id);
    const id = store.planComplaint({ executor, weightsHash }, shown, nowSeconds);
    if (id === undefined) return;
    log.warn({ executor, weightsHash, canaries: shown.length }, "a complaint is planned");
    this.#tell(id);
  }

  /** Moves every complaint on that can be. Throws what the chain throws. */
  async look(signal: AbortSignal): Promise<void> {
    const { store, court } = this.#parts;
    if (court === undefined) return;
    for (const complaint of store.openComplaints()) {
      if (signal.aborted) return;
      if (complaint.dispute === undefined) await this.#open(complaint, court, signal);
      else await this.#follow(complaint, complaint.dispute, court);
    }
  }

  /** How its dispute stands; one that a reorganisation took back is opened again. */
  async #follow(complaint: KeptComplaint, dispute: Hex, court: MeasuredCourt): Promise<void> {
    const found = await readMeasured(this.#parts.chain, court, dispute);
    if (found.state === "none") this.#change(complaint, { state: "planned", word: "planned", dispute: undefined });
    else if (!isOpen(found)) this.#change(complaint, { state: "over", word: found.outcome });
    else this.#change(complaint, { word: found.state });
  }

  async #open(complaint: KeptComplaint, court: MeasuredCourt, signal: AbortSignal): Promise<void> {
    const { chain, audits } = this.#parts;
    const canaries = audits.shownBy(complaint.id);
    const earlier = await this.#earlier(canaries, court);
    if (earlier !== undefined) return this.#change(complaint, { state: "opened", word: "answer", dispute: earlier });
    const nowSeconds = await chain.nowSeconds();
    const fresh = await this.#showable(canaries, nowSeconds, court);
    const kind = kindOf(canaries);
    if (!proves({ kind, shown: fresh }))
      return this.#change(complaint, { state: "dropped", word: "too little is left to show" });
    try {
      const shown = await this.#settled(fresh, signal);
      if (!proves({ kind, shown })) return this.#change(complaint, { state: "dropped", word: "too little was paid" });
      await this.#send(complaint, { court, kind, shown, signal });
    } catch (thrown) {
      const error = asLloomError(thrown);
      // Who has nothing at stake now may have something tomorrow: the answers can be shown for a week.
      if (!isRefusal(error) && error.code !== "CHAIN_MISMATCH") throw error;
      this.#change(complaint, { word: error.message });
    }
  }

  /** The dispute that an earlier process opened about these. */
  async #earlier(canaries: readonly KeptAudit[], court: MeasuredCourt): Promise<Hex | undefined> {
    const { chain, validator } = this.#parts;
    for (const { answer } of canaries) {
      const signed = signedOf(answer);
      if (signed === undefined) continue;
      const id = await readDisputeAbout(chain, court, signed.receipt.request);
      if (id !== undefined && (await readMeasured(chain, court, id)).challenger === validator) return id;
    }
    return undefined;
  }

  async #showable(canaries: readonly KeptAudit[], nowSeconds: bigint, court: MeasuredCourt): Promise<Shown[]> {
    const { chain, consentOf } = this.#parts;
    const shown: Shown[] = [];
    for (const canary of canaries) {
      const { answer, responseHash, finding, epoch } = canary;
      const proof = proofOf(canary);
      const signed = signedOf(answer);
      if (signed === undefined || responseHash === undefined) continue;
      const { receipt, requestHash } = signed;
      const consent = consentOf(receipt.request, requestHash, epoch);
      if (consent === undefined) continue;
      const isSpent = (await readDisputeAbout(chain, court, receipt.request)) !== undefined;
      if (isShowable({ deadline: receipt.request.deadline, isSpent }, nowSeconds))
        shown.push({ receipt, requestHash, responseHash, consent, proof, claim: finding?.claim });
    }
    return shown;
  }

  /** Settles what the executor has not yet, since only answers that were paid can be disputed; leaves out what cannot be. */
  async #settled(shown: readonly Shown[], signal: AbortSignal): Promise<Shown[]> {
    const { chain } = this.#parts;
    const newest = new Map<string, Receipt>();
    for (const { receipt } of shown) {
      const { client, lane, nonce } = receipt.request;
      const key = `${client} ${lane}`;
      if ((newest.get(key)?.request.nonce ?? -1n) < nonce) newest.set(key, receipt);
    }
    const unpaid: Receipt[] = [];
    for (const receipt of newest.values())
      if ((await readLane(chain, receipt.request)).nonce < receipt.request.nonce) unpaid.push(receipt);
    if (unpaid.length > 0) await settle(chain, unpaid, { signal });
    // One that its executor has made unpayable, by giving the channel back, must not keep the others from the jury.
    const paid = await Promise.all(
      shown.map(async ({ receipt }) => isPaid(receipt, await readLane(chain, receipt.request))),
    );
    return shown.filter((_, index) => paid[index]);
  }

  async #send(
    complaint: KeptComplaint,
    { court, kind, shown, signal }: Showing & { readonly court: MeasuredCourt; readonly signal: AbortSignal },
  ): Promise<void> {
    const { chain, validator, mostBonds: mostLocked } = this.#parts;
    const { executor } = complaint;
    const { bond } = await quoteBond(chain, court, { kind, executor, overcharge: overchargeIn({ kind, shown }) });
    const [locked, funds] = [await this.#locked(court), await readFunds(chain, court, validator)];
    const problem = bondProblem({ bond, locked, mostLocked, funds });
    if (problem !== undefined) return this.#change(complaint, { word: problem });
    const sender = senderOf(chain);
    const approval = await depositApproval(chain, court, { account: validator, amount: bond });
    if (approval !== undefined) await sender.send(approval, { signal });
    const evidenceHash = hashEvidence(shown.map(({ responseHash }) => responseHash));
    const answers = shown.map(({ receipt, consent, claim: counted }) => ({ receipt, consent, counted }));
    await sender.send(openMeasuredCall(court, { kind, evidenceHash, answers, maxBond: bond }), { signal });
    const dispute = shown[0] && (await readDisputeAbout(chain, court, shown[0].receipt.request));
    if (dispute !== undefined) this.#change(complaint, { state: "opened", word: "answer", dispute });
  }

  async #locked(court: MeasuredCourt): Promise<bigint> {
    let locked = 0n;
    for (const { dispute } of this.#parts.store.openComplaints())
      if (dispute !== undefined) locked += (await readDeposits(this.#parts.chain, court, dispute)).bond;
    return locked;
  }

  #change(complaint: KeptComplaint, change: Parameters<ComplaintLog["changeComplaint"]>[1]): void {
    const changed = { ...complaint, ...change };
    if (changed.state === complaint.state && changed.word === complaint.word) return;
    const { store, onNews, log } = this.#parts;
    store.changeComplaint(complaint.id, change);
    log.info({ executor: complaint.executor, state: changed.state, word: changed.word }, "a complaint moves on");
    onNews(changed);
  }

  #tell(id: number): void {
    const planned = this.#parts.store.openComplaints().find((one) => one.id === id);
    if (planned !== undefined) this.#parts.onNews(planned);
  }
}

/** A complaint shows canaries of one sort alone. */
const kindOf = (canaries: readonly KeptAudit[]): MeasuredKind =>
  canaries.some(({ finding }) => finding?.claim !== undefined) ? "TokenInflation" : "WrongModel";

/** Whether these alone are enough: counts are facts, as long as what they are too high by costs anything. */
const proves = ({ kind, shown }: Showing): boolean =>
  kind === "TokenInflation" ? overchargeIn({ kind, shown }) > 0n : convicts(shown.flatMap(({ proof }) => proof ?? []));

/** Base units that were charged beyond what there was. */
const overchargeIn = ({ kind, shown }: Showing): bigint =>
  kind === "WrongModel"
    ? 0n
    : shown.reduce((sum, { receipt, claim }) => sum + (claim === undefined ? 0n : overchargeOf(receipt, claim)), 0n);
