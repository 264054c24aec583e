import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import { deliveryHash } from "@lloom/protocol/merkle";
import { senderOf } from "../../chain/account/actions.ts";
import type { Chain } from "../../chain/chain.ts";
import { claimBonds } from "../../chain/disputes/bond-claim.ts";
import * as calls from "../../chain/disputes/delivery-calls.ts";
import { bondToSend, type DeliveryDispute, readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { readRevealedAnswer } from "../../chain/disputes/dispute-events.ts";
import { readLane } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { noteEnd } from "../../duties/note-end.ts";
import { noteState } from "../../duties/note-state.ts";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { OwnRequest } from "../../store/client/own-answers.ts";
import type { Duty } from "../../store/duty-log.ts";
import { type DisputeAct, type DisputePolicy, type DisputeView, isOver, nextDispute } from "./dispute-rules.ts";

export interface MissingAnswersOptions {
  readonly chain: Chain;
  readonly client: Address;
  /** DeliveryDisputes. */
  readonly disputes: Address;
  readonly store: ClientLog;
  readonly policy: DisputePolicy;
  /** Wei that bonds of open disputes may lock. */
  readonly mostLocked: bigint;
  /** Chain seconds after a settlement in which the answer may come by itself. */
  readonly patienceSeconds: bigint;
  /** Asks the executor once more for it; what comes is in the log then. */
  readonly fetch: (duty: Duty, asking: { readonly own: OwnRequest; readonly signal: AbortSignal }) => Promise<void>;
  /** An answer is missing, disputed, or its dispute is over. */
  readonly onNews: (duty: Duty) => void;
  readonly log: Log;
}

/** Between two questions for one answer, and how long one may take. */
const ASK_AGAIN_MS = 15_000;
const ASK_MS = 5_000;

/** Looks at one answer that never came, and does what the rules say, as the chain has it now. */
export class MissingAnswers {
  readonly #options: MissingAnswersOptions;
  /** When executors were asked last, by dispute that is not over. */
  readonly #askedMs = new Map<Hex, number>();

  constructor(options: MissingAnswersOptions) {
    this.#options = options;
  }

  /** True when something was sent: then there may be more to do. */
  async step({ id }: Pick<Duty, "id">, signal: AbortSignal): Promise<boolean> {
    const { chain, disputes, store } = this.#options;
    const duty = store.findDuty("dispute", id);
    const asked = duty && store.ownRequest(duty.requestHash);
    if (duty === undefined || asked === undefined) return false;
    const own = await this.#askAgain(duty, asked, signal);
    const { executor, lane, nonce, ackedCost } = own.request;
    const { client } = this.#options;
    const [dispute, settled, nowSeconds] = await untilAborted(
      Promise.all([readDispute(chain, disputes, id), readLane(chain, { client, executor, lane }), chain.nowSeconds()]),
      signal,
    );
    const bond = dispute.state === "none" ? await untilAborted(this.#bondOf(duty), signal) : 0n;
    const view = {
      dispute,
      lane: settled,
      request: { nonce, ackedCost },
      nowSeconds,
      ...this.#viewOf(duty, own, bond),
    };
    const move = nextDispute(view);
    this.#noteMoney(duty, dispute);
    if (move.act === "none") {
      await this.#rest(duty, { state: move.state, nowSeconds }, signal);
      return false;
    }
    noteState(this.#options, duty, move.act);
    await senderOf(chain).send(this.#callOf(duty, { act: move.act, own, bond: view.bond }), { signal });
    return true;
  }

  /** The request as it stands when its executor was asked for the answer once more, now and then while it is missing. */
  async #askAgain(duty: Duty, own: OwnRequest, signal: AbortSignal): Promise<OwnRequest> {
    const { store, fetch } = this.#options;
    const nowMs = steadyClock();
    const isDue = nowMs - (this.#askedMs.get(duty.id) ?? Number.NEGATIVE_INFINITY) >= ASK_AGAIN_MS;
    if (this.#answerOf(duty, own) !== "missing" || isOver(duty.state) || !isDue) return own;
    this.#askedMs.set(duty.id, nowMs);
    await fetch(duty, { own, signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]) });
    return store.ownRequest(duty.requestHash) ?? own;
  }

  #answerOf({ id, requestHash }: Duty, own: OwnRequest): DisputeView["answer"] {
    const { store } = this.#options;
    // What was refused for its counts has come, too.
    const came = own.responseHash ?? store.wrongCount(requestHash)?.responseHash;
    if (came === id || store.lateAnswer(requestHash) !== undefined) return "here";
    return came === undefined ? "missing" : "other";
  }

  async #bondOf({ settled }: Duty): Promise<bigint> {
    const { chain, disputes } = this.#options;
    return settled === undefined ? 0n : bondToSend(chain, disputes, settled.response.outboundTokens);
  }

  #viewOf(
    duty: Duty,
    own: OwnRequest,
    bond: bigint,
  ): Pick<DisputeView, "answer" | "openFrom" | "openBy" | "policy" | "bond" | "locked" | "mostLocked"> {
    const { store, policy, mostLocked, patienceSeconds } = this.#options;
    const locked = store.openDuties("dispute").reduce((sum, open) => (isOver(open.state) ? sum : sum + open.bond), 0n);
    return {
      answer: this.#answerOf(duty, own),
      openFrom: duty.notedAt + patienceSeconds,
      openBy: own.request.deadline + deliveryDisputesFacts.CHALLENGE_WINDOW,
      ...{ policy, mostLocked, bond, locked },
    };
  }

  /** What an open dispute has locked, and until when it can be answered. */
  #noteMoney(duty: Duty, { state, bond, revealBy, paid, penalty }: DeliveryDispute): void {
    if (state === "none" || (duty.bond === bond && duty.dueAt === revealBy && duty.penalty === penalty)) return;
    this.#options.store.changeDuty(duty, { bond, dueAt: revealBy, amount: paid, penalty });
  }

  /** Notes how it stands; once it is over, takes what it brought, and forgets it when that is final. */
  async #rest(
    duty: Duty,
    { state, nowSeconds }: { readonly state: string; readonly nowSeconds: bigint },
    signal: AbortSignal,
  ): Promise<void> {
    const { chain, disputes, store, log } = this.#options;
    if (state === "delivered") await this.#keepAnswer(duty, signal);
    noteState(this.#options, duty, state);
    const isFinal = noteEnd(store, duty, { isOver: isOver(state), nowSeconds });
    if (!isOver(state)) return;
    this.#askedMs.delete(duty.id);
    const wei = await claimBonds(chain, disputes, signal);
    if (wei > 0n) log.info({ id: duty.id, wei: String(wei) }, "bonds of disputes taken");
    if (isFinal) store.closeDuty(duty);
  }

  /** What was shown on chain is the answer that was paid for: it is kept for whoever asked. */
  async #keepAnswer({ id, requestHash, settled }: Duty, signal: AbortSignal): Promise<void> {
    const { chain, disputes, store } = this.#options;
    if (store.lateAnswer(requestHash) !== undefined) return;
    const text = await untilAborted(readRevealedAnswer(chain, disputes, id), signal);
    if (text === undefined || (settled && deliveryHash(text) !== settled.response.deliveryHash)) return;
    store.saveLateAnswer({ requestHash, text });
  }

  #callOf(
    { id, settled }: Duty,
    { act, own, bond }: { readonly act: DisputeAct; readonly own: OwnRequest; readonly bond: bigint },
  ) {
    const { disputes } = this.#options;
    if (act === "cancel") return calls.cancelDisputeCall(disputes, id);
    if (act === "close") return calls.pokeDisputeCall(disputes, id);
    if (settled === undefined) throw new LloomError("INTERNAL", "What was settled is not known.", { details: { id } });
    const { request, clientSignature } = own;
    return calls.openDisputeCall(disputes, { request, clientSignature, ...settled }, bond);
  }
}
