import type { Address, Receipt } from "@lloom/protocol/commitment-types";
import { type CommitmentHasher, createCommitmentHasher } from "@lloom/protocol/commitments";
import type { EntrustedPair } from "@lloom/protocol/rpc-messages";
import { ENTRUSTED_SECONDS } from "@lloom/protocol/watchtower-fee";
import { senderOf } from "../../chain/account/actions.ts";
import { shownTokens } from "../../chain/account/calls.ts";
import { checkPair, SETTLE_PAIRS, settle } from "../../chain/account/settle.ts";
import type { Chain } from "../../chain/chain.ts";
import { readDispute } from "../../chain/disputes/delivery-disputes.ts";
import { readChannel, readLane } from "../../chain/reads.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { sendFirst } from "../../duties/move-on.ts";
import { stepAll } from "../../duties/step-all.ts";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { type Duty, isMeasured } from "../../store/duty-log.ts";
import type { GuardedPair } from "../../store/validator/entrusted-log.ts";
import type { ValidatorLog } from "../../store/validator/validator-log.ts";
import { isLeftOpen, lookAtPair } from "./guard-rules.ts";
import { rebuttalOf } from "./rebuttal.ts";
import { TowerFees } from "./tower-fees.ts";
import type { Turns } from "./turns.ts";

export interface GuardOptions {
  readonly chain: Chain;
  /** DeliveryDisputes. */
  readonly disputes: Address;
  readonly store: ValidatorLog;
  /** Executors that it guards. */
  readonly guards: readonly Address[];
  /** Base units that it takes for each lane, which costs gas of its own; 0 for none. */
  readonly fee: bigint;
  readonly turns: Turns;
  readonly log: Log;
}

/**
 * Settles and rebuts for executors that are offline, with what they have handed over. Anybody may send both: two signatures fix the
 * amount, and what the client signed speaks for itself.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #hasher: CommitmentHasher;
  readonly #fees: TowerFees;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#hasher = createCommitmentHasher(options.chain.domain);
    this.#fees = new TowerFees(options);
  }

  /** One look at everything; throws what the chain throws, when all has been looked at. */
  async round(signal: AbortSignal): Promise<void> {
    const { chain, store, guards, log } = this.#options;
    const nowSeconds = await untilAborted(chain.nowSeconds(), signal);
    store.forgetPairs(nowSeconds - ENTRUSTED_SECONDS);
    const disputed = store
      .openDuties("tend")
      .filter((duty) => !isMeasured(duty) && guards.includes(duty.peer) && isLeftOpen(duty.dueAt, nowSeconds));
    let failure: unknown;
    const note = (thrown: unknown): void => {
      failure ??= thrown;
    };
    await stepAll(disputed, (duty, ending) => this.#rebut(duty, ending), { signal, log }).catch(note);
    for (const executor of guards) await this.#settle(executor, nowSeconds, signal).catch(note);
    if (failure !== undefined) throw failure;
  }

  async #settle(executor: Address, nowSeconds: bigint, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    // No more than there were: whoever hands over newer ones all the time holds up nobody else.
    for (let left = store.countPairs(executor); left > 0; left -= SETTLE_PAIRS) {
      const looked = store.duePairs(executor, nowSeconds, SETTLE_PAIRS);
      if (looked.length === 0) return;
      const due: GuardedPair[] = [];
      const later: (() => void)[] = [];
      for (const pair of looked) {
        const { isTaken, lookAt } = await untilAborted(this.#look(pair, nowSeconds), signal);
        if (isTaken) due.push(pair);
        later.push(() => store.lookAgain(pair.receipt.request, lookAt));
      }
      await this.#settleAll(executor, due, signal);
      for (const note of later) note();
    }
  }

  /** Whether it is time, the chain would take it, and more is owed than it costs the executor. */
  async #look(
    { receipt, fee: brought, isFeeTaken }: GuardedPair,
    nowSeconds: bigint,
  ): Promise<{ isTaken: boolean; lookAt: bigint }> {
    const { chain, fee } = this.#options;
    const { client, executor, deadline } = receipt.request;
    const channel = await readChannel(chain, client, executor);
    const { unlockDelaySeconds } = chain;
    const { isDue, lookAt } = lookAtPair({ deadline, channel, unlockDelaySeconds, nowSeconds });
    if (!isDue || (await checkPair(chain, receipt)) !== "None") return { isTaken: false, lookAt };
    if (fee === 0n || isFeeTaken) return { isTaken: true, lookAt };
    const { cost } = await readLane(chain, receipt.request);
    const owed = receipt.response.cumulativeCost - cost;
    const payable = owed < channel.balance ? owed : channel.balance;
    return { isTaken: payable > (brought?.amount ?? 0n), lookAt };
  }

  async #settleAll(executor: Address, due: readonly GuardedPair[], signal: AbortSignal): Promise<void> {
    const { chain, log } = this.#options;
    const receipts: Receipt[] = [];
    for (const pair of due) if (await this.#fees.take(pair, signal)) receipts.push(pair.receipt);
    if (receipts.length === 0) return;
    const { pairs } = await settle(chain, receipts, { signal });
    const paid = pairs.filter(({ status }) => status === "paid").length;
    log.info({ executor, lanes: pairs.length, paid }, "settled for an executor that had not");
  }

  /** True when it was sent. */
  async #rebut({ id, peer: executor }: Duty, signal: AbortSignal): Promise<boolean> {
    const { chain, disputes, store, turns, log } = this.#options;
    if (!turns.isNow(id, "rebut")) return false;
    const { state, client, lane, nonce } = await untilAborted(readDispute(chain, disputes, id), signal);
    const pair = store.guardedPair({ executor, client, lane });
    if (state !== "open" || pair === undefined) return false;
    const disputed = { id, executor, client, lane, nonce };
    const parts = { chain, disputes, hasher: this.#hasher };
    const call = await untilAborted(rebuttalOf(parts, disputed, pair), signal);
    if (call === undefined || !(await this.#fees.take(pair, signal))) return false;
    const isDone = await sendFirst(chain, call, signal);
    if (isDone) log.info({ id, executor }, "dispute rebutted for an executor that had not answered");
    turns.forget(id, "rebut");
    return isDone;
  }
}

export interface EntrustingOptions extends Pick<GuardOptions, "chain" | "store" | "guards" | "fee"> {}

/** Takes pairs into care. Throws UNSUPPORTED for executors that it does not guard, REQUEST_INVALID for too small a fee. */
export function entrusting({ chain, store, guards, fee }: EntrustingOptions) {
  return (pair: EntrustedPair, executor: Address): void => {
    if (pair.request.executor !== executor || !guards.includes(executor))
      throw new LloomError("UNSUPPORTED", `${senderOf(chain).account.address} does not guard this executor.`, {
        next: "Ask its operator to name your address in --guards, or leave it out of --watchtowers.",
      });
    if (fee > (pair.fee?.amount ?? 0n))
      throw new LloomError("REQUEST_INVALID", `This watchtower takes ${shownTokens(chain, fee)} for a lane.`, {
        next: "Give --watchtower-fee as much, or leave this watchtower out of --watchtowers.",
      });
    store.entrust(pair);
  };
}
