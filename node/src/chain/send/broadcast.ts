import type { Hex } from "@lloom/protocol/commitment-types";
import { Transaction, type TransactionReceipt } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import type { ChainAccount, ContractCall } from "../contract-call.ts";
import type { RetryingProvider } from "../rpc/provider.ts";
import { kindOf, provesRefusal, type RpcErrorKind } from "../rpc/rpc-error.ts";
import { untilAborted } from "../rpc/until-aborted.ts";
import { signTransaction } from "./account-signing.ts";
import { type Fees, feesFrom, raisedFees } from "./fees.ts";
import { whoUsedNonce } from "./nonce-proof.ts";
import type { SendJournal, SentCall } from "./send-journal.ts";

/** What every broadcast of an account shares. */
export interface BroadcastTerms {
  readonly provider: RetryingProvider;
  readonly account: ChainAccount;
  readonly chainId: bigint;
  readonly journal: SendJournal;
  readonly log: Log;
  readonly confirmations: number;
  readonly pollMs: number;
  readonly stuckAfterMs: number;
  /** Blocks on top of another's transaction before it counts. */
  readonly foreignDepth: number;
}

/** One call under one nonce. */
export interface BroadcastOrder {
  readonly call: ContractCall;
  readonly gasLimit: bigint;
  readonly sent: SentCall;
  /** When to stop waiting, by the steady clock: no clock that is set moves it. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onSigned: ((transactionHash: Hex) => void) | undefined;
}

/** A quarter more each time: at most six times the first fee. Then it is only sent again, in case it was dropped. */
const RAISES_LIMIT = 8;
/** A used nonce without a receipt is looked into at every so many looks. */
const LOOKS_BETWEEN_PROOFS = 5;
/** After this, a receipt that was to come has come. */
const RECEIPTS_LATE_MS = 120_000;

/** What the server made of a transaction that it was sent. */
type Reception = "taken" | "lost" | "cheap" | "occupied";
/** Refusals that no later try and no other fee changes. */
const FINAL: ReadonlySet<RpcErrorKind> = new Set(["funds", "invalid"]);

/**
 * One call on its way under one nonce, from the first sending to the receipt. Once a hash is out, only its receipt, proof
 * that the nonce went to somebody else, the deadline or the signal ends the wait: errors of the server are waited out,
 * since none of them proves that the transaction will not be mined.
 */
export class Broadcast {
  readonly #terms: BroadcastTerms;
  readonly #order: BroadcastOrder;
  readonly #hashes: Hex[];
  /** Whether a server may have the transaction: all but a refusal of every try leaves that open. */
  #isOut: boolean;
  /** Whether one has it, or had it, by its own word. */
  #isHeld = false;
  #looks = 0;
  #usedSinceMs: number | undefined;
  #isMined = false;
  #problem: string | undefined;

  constructor(terms: BroadcastTerms, order: BroadcastOrder) {
    this.#terms = terms;
    this.#order = order;
    this.#hashes = [...order.sent.hashes];
    this.#isOut = this.#hashes.length > 0;
  }

  /** Every hash that was signed for the nonce. */
  get hashes(): readonly Hex[] {
    return this.#hashes;
  }

  /** Whether one of them may be mined yet. */
  get isOut(): boolean {
    return this.#isOut;
  }

  /** The receipt of whichever was mined, or "foreign" when the nonce is proven to have gone to somebody else. */
  async run(): Promise<TransactionReceipt | "foreign"> {
    const { provider, pollMs, stuckAfterMs } = this.#terms;
    const { signal, deadlineMs } = this.#order;
    const before = this.#isOut ? await this.#look() : "none";
    if (before !== "none") return before;
    let fees = feesFrom(await untilAborted(provider.getFeeData(), signal));
    let reception = await this.#broadcast(fees);
    let raiseAtMs = steadyClock() + stuckAfterMs;
    for (let raises = 0; ; ) {
      const seen = await this.#look();
      if (seen !== "none") return seen;
      if (steadyClock() >= deadlineMs) throw this.#late();
      if (!this.#isMined && reception === "lost") reception = await this.#broadcast(fees);
      else if (!this.#isMined && (reception === "cheap" || steadyClock() >= raiseAtMs)) {
        if (reception !== "occupied" && raises++ < RAISES_LIMIT) fees = raisedFees(fees, await this.#market(fees));
        this.#warn("transaction is stuck, sending it again", { raises });
        reception = await this.#broadcast(fees);
        raiseAtMs = steadyClock() + stuckAfterMs;
      }
      await pause(pollMs, signal);
    }
  }

  /** Signs for the broadcast's nonce and sends: noted first, so that a crash in between forgets nothing. */
  async #broadcast(fees: Fees): Promise<Reception> {
    const { journal, provider } = this.#terms;
    const { sent, onSigned, signal } = this.#order;
    signal.throwIfAborted();
    const raw = await this.#signed(fees);
    if (raw === undefined) return "taken";
    const hash = raw.hash as Hex;
    if (!this.#hashes.includes(hash)) {
      this.#hashes.push(hash);
      journal.write({ ...sent, hashes: this.#hashes });
      onSigned?.(hash);
    }
    try {
      await untilAborted(provider.send("eth_sendRawTransaction", [raw.serialized]), signal);
      this.#isOut = this.#isHeld = true;
      return "taken";
    } catch (thrown) {
      // Nobody can say whether it arrived.
      this.#isOut ||= signal.aborted;
      signal.throwIfAborted();
      return await this.#judge(thrown);
    }
  }

  /** What an error of sending means. Throws while nothing is out and no later try can help. */
  async #judge(thrown: unknown): Promise<Reception> {
    const kind = kindOf(thrown);
    this.#problem = thrown instanceof Error ? thrown.message : String(thrown);
    this.#isOut ||= !provesRefusal(thrown);
    this.#isHeld ||= kind === "known";
    if (kind === "cheap") return "cheap";
    if (kind === "taken") return (await this.#isOccupied()) ? "occupied" : "cheap";
    if (FINAL.has(kind) && !this.#isOut) throw thrown;
    if (kind === "unknown") this.#warn("RPC server refused a transaction for a reason not known here, waiting on");
    // Known, or its nonce is used: looking tells. All else that passes: it is sent again until it is seen.
    return kind === "known" || kind === "nonceUsed" || FINAL.has(kind) ? "taken" : "lost";
  }

  /**
   * Whether a transaction of somebody else waits under the nonce: it is not ours to replace. One's own may be there without
   * this side knowing, when the answer was lost; or it may never have arrived.
   */
  async #isOccupied(): Promise<boolean> {
    if (this.#isHeld) return false;
    const { provider, account } = this.#terms;
    const { sent, signal } = this.#order;
    try {
      for (const hash of this.#hashes) {
        const known = await untilAborted(provider.send("eth_getTransactionByHash", [hash]), signal);
        if (known !== null) this.#isOut = this.#isHeld = true;
      }
      return (
        !this.#isHeld &&
        (await untilAborted(provider.getTransactionCount(account.address, "pending"), signal)) > sent.nonce
      );
    } catch {
      return true;
    }
  }

  /** One's own in a block; or the nonce with somebody else; or nothing yet. What cannot be read is nothing yet. */
  async #look(): Promise<TransactionReceipt | "foreign" | "none"> {
    const { signal } = this.#order;
    try {
      return await untilAborted(this.#see(), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      this.#problem = thrown instanceof Error ? thrown.message : String(thrown);
      return "none";
    }
  }

  async #see(): Promise<TransactionReceipt | "foreign" | "none"> {
    const { provider, account, confirmations, foreignDepth } = this.#terms;
    const { nonce, fromBlock } = this.#order.sent;
    for (const hash of this.#hashes.toReversed()) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt === null) continue;
      return confirmations <= 1 || (await receipt.confirmations()) >= confirmations ? receipt : "none";
    }
    const isUsed = (await provider.getTransactionCount(account.address, "latest")) > nonce;
    if (!isUsed) this.#usedSinceMs = undefined;
    if (!isUsed || this.#looks++ % LOOKS_BETWEEN_PROOFS !== 0) return "none";
    this.#usedSinceMs ??= steadyClock();
    const isOld = steadyClock() - this.#usedSinceMs >= RECEIPTS_LATE_MS;
    const used = { account: account.address, nonce, sent: this.#hashes, fromBlock, depth: foreignDepth, isOld };
    const user = await whoUsedNonce(provider, used);
    this.#isMined = user === "own";
    return user === "foreign" ? "foreign" : "none";
  }

  async #market(last: Fees): Promise<Fees> {
    const { signal } = this.#order;
    try {
      return feesFrom(await untilAborted(this.#terms.provider.getFeeData(), signal));
    } catch {
      return last;
    }
  }

  /** Whoever has the key may not give another signature: what is out already is waited for all the same. */
  async #signed(fees: Fees): Promise<Transaction | undefined> {
    try {
      return await this.#sign(fees);
    } catch (thrown) {
      this.#order.signal.throwIfAborted();
      if (!this.#isOut) throw thrown;
      this.#problem = thrown instanceof Error ? thrown.message : String(thrown);
      return undefined;
    }
  }

  #sign(fees: Fees): Promise<Transaction> {
    const { chainId, account } = this.#terms;
    const { call, gasLimit, sent, signal } = this.#order;
    const { to, data, value = 0n } = call;
    const type = "gasPrice" in fees ? 0 : 2;
    const transaction = Transaction.from({ type, chainId, to, data, gasLimit, nonce: sent.nonce, value, ...fees });
    return signTransaction(account, transaction, signal);
  }

  #warn(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const { call, sent } = this.#order;
    this.#terms.log.warn({ nonce: sent.nonce, what: call.what, problem: this.#problem, ...fields }, message);
  }

  #late(): LloomError {
    const { what } = this.#order.call;
    const told = this.#problem === undefined ? "" : ` The RPC server last said: ${this.#problem}.`;
    return new LloomError(
      "TRANSACTION_FAILED",
      `The transaction to ${what} was not mined in time; it may still be.${told}`,
      {
        next: "Look for it in the explorer before trying again; an older transaction of the account may block it.",
      },
    );
  }
}
