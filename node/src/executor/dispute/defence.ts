import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { senderOf } from "../../chain/account/actions.ts";
import { missingApproval } from "../../chain/account/calls.ts";
import { refuseCertain } from "../../chain/account/cost.ts";
import type { Chain } from "../../chain/chain.ts";
import { isRefusal } from "../../chain/chain-failure.ts";
import type { ContractCall } from "../../chain/contract-call.ts";
import { claimBonds } from "../../chain/disputes/bond-claim.ts";
import * as calls from "../../chain/disputes/delivery-calls.ts";
import { readDispute, readRevealed } from "../../chain/disputes/delivery-disputes.ts";
import { readTokenBalance } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { noteEnd } from "../../duties/note-end.ts";
import { noteState } from "../../duties/note-state.ts";
import { stepAll } from "../../duties/step-all.ts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Duty } from "../../store/duty-log.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";
import { type AnswerAct, type AnswerMove, isOver, isWon, nextAnswer } from "./answer-rules.ts";
import { chunkCountOf, gatherEvidence, type LoggedEvidence, summaryOf } from "./evidence.ts";

export interface DefenceOptions {
  readonly chain: Chain;
  /** DeliveryDisputes. */
  readonly disputes: Address;
  readonly store: ExecutorLog;
  /** A dispute was opened, or moved on, or is over. */
  readonly onNews: (duty: Duty) => void;
  /** What is left of the answer's price can be claimed again. */
  readonly onWon: (client: Address) => void;
  readonly log: Log;
}

type SentMove = Exclude<AnswerMove, { readonly act: "none" }>;

/** Looks at every dispute that has to be answered, and does what its rules say, each time as the chain has it now. */
export class Defence {
  readonly #options: DefenceOptions;
  /** What the contract refused, by dispute. */
  readonly #refused = new Map<Hex, Set<AnswerAct>>();

  constructor(options: DefenceOptions) {
    this.#options = options;
  }

  /** One look at all of them; throws what the chain throws, when all have been looked at. */
  async round(signal: AbortSignal): Promise<void> {
    const { store, log } = this.#options;
    await stepAll(store.openDuties("answer"), (duty, ending) => this.#step(duty, ending), { signal, log });
  }

  /** True when something was sent: then there may be more to do. */
  async #step({ id }: Duty, signal: AbortSignal): Promise<boolean> {
    const { chain, disputes, store } = this.#options;
    const duty = store.findDuty("answer", id);
    if (duty === undefined) return false;
    const evidence = gatherEvidence(store, duty);
    const [dispute, nowSeconds, revealed] = await untilAborted(
      Promise.all([readDispute(chain, disputes, id), chain.nowSeconds(), this.#revealed(id, evidence)]),
      signal,
    );
    const refused = this.#refused.get(id) ?? new Set<AnswerAct>();
    const move = nextAnswer({ dispute, nowSeconds, evidence: summaryOf(evidence, revealed), refused });
    if (move.act === "none") {
      await this.#rest(duty, { state: move.state, nowSeconds }, signal);
      return false;
    }
    noteState(this.#options, duty, move.act);
    return this.#send(duty, { move, evidence }, signal);
  }

  async #revealed(id: Hex, evidence: LoggedEvidence | undefined): Promise<bigint> {
    const { chain, disputes } = this.#options;
    const chunkCount = evidence?.answer === undefined ? 0 : chunkCountOf(evidence.answer);
    return chunkCount === 0 ? 0n : readRevealed(chain, disputes, { id, chunkCount });
  }

  /** Notes how it stands; once it is over, takes what it brought, and forgets it when that is final. */
  async #rest(
    duty: Duty,
    { state, nowSeconds }: { readonly state: string; readonly nowSeconds: bigint },
    signal: AbortSignal,
  ): Promise<void> {
    const { chain, disputes, store, onWon, log } = this.#options;
    noteState(this.#options, duty, state);
    const isFinal = noteEnd(store, duty, { isOver: isOver(state), nowSeconds });
    if (!isOver(state)) return;
    if (duty.endedAt === undefined && isWon(state)) onWon(duty.peer);
    const wei = await claimBonds(chain, disputes, signal);
    if (wei > 0n) log.info({ id: duty.id, wei: String(wei) }, "bonds of disputes taken");
    if (isFinal) store.closeDuty(duty);
  }

  /** False when the contract refused it. What it refuses is not sent again in this run: the next best is. */
  async #send(
    duty: Duty,
    { move, evidence }: { readonly move: SentMove; readonly evidence: LoggedEvidence | undefined },
    signal: AbortSignal,
  ): Promise<boolean> {
    const { chain, log } = this.#options;
    const sender = senderOf(chain);
    try {
      const call = this.#callOf(duty, move, evidence);
      if (move.act === "concede" && !(await this.#canPay(duty, { call, signal }))) return false;
      await sender.send(call, { signal });
      return true;
    } catch (thrown) {
      const error = asLloomError(thrown);
      const reason = error.details["error"];
      if (!isRefusal(error)) throw error;
      log.warn({ id: duty.id, act: move.act, problem: error.message }, "answer to a dispute refused");
      // Others may have ended it meanwhile; and tokens for a concession may come yet.
      const isFinal = reason !== "DeliveryNotOpen" && reason !== "DeliveryTooLate" && move.act !== "concede";
      if (isFinal) this.#refused.set(duty.id, (this.#refused.get(duty.id) ?? new Set()).add(move.act));
      return isFinal;
    }
  }

  /**
   * What has matured of the price comes out of the wallet. An approval is sent only where a concession can follow it: not while the
   * wallet has too little, nor where the contract refuses the concession all the same.
   */
  async #canPay(
    { id, matured }: Duty,
    { call, signal }: { readonly call: ContractCall; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const { chain, disputes, log } = this.#options;
    const sender = senderOf(chain);
    const { address } = sender.account;
    const reading = [
      missingApproval(chain, { owner: address, spender: disputes, amount: matured }),
      readTokenBalance(chain, address),
    ] as const;
    const [approval, held] = await untilAborted(Promise.all(reading), signal);
    if (held < matured) {
      log.warn(
        { id, matured: String(matured), held: String(held) },
        "too few tokens in the wallet to concede a dispute",
      );
      return false;
    }
    if (approval === undefined) return true;
    await untilAborted(refuseCertain(chain, address, call), signal);
    await sender.send(approval, { signal });
    return true;
  }

  #callOf({ id }: Duty, move: SentMove, evidence: LoggedEvidence | undefined): ContractCall {
    const { disputes } = this.#options;
    if (move.act === "concede") return calls.concedeCall(disputes, id);
    const { receipt, later, ack, answer } = evidence ?? {};
    if (receipt !== undefined && move.act === "rebutByRequest" && later !== undefined)
      return calls.rebutByRequestCall(disputes, receipt.response, later);
    if (receipt !== undefined && move.act === "rebutByAck" && ack !== undefined)
      return calls.rebutByAckCall(disputes, receipt, ack);
    if (receipt !== undefined && move.act === "reveal" && answer !== undefined)
      return calls.revealCall(disputes, receipt.response, answer);
    if (receipt !== undefined && move.act === "revealChunks" && answer !== undefined)
      return calls.revealChunksCall(disputes, receipt.response, { answer, indexes: move.indexes });
    throw new LloomError("INTERNAL", `There is nothing to ${move.act} with.`, { details: { id } });
  }
}
