import { setTimeout as pause } from "node:timers/promises";
import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { isError, Signature, Transaction, type TransactionReceipt } from "ethers";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { chainFailure, refusal, rpcMessage } from "./chain-failure.ts";
import { type Fees, feesFrom, raisedFees } from "./fees.ts";
import { GAS_CAP, withMargin } from "./gas.ts";
import { isLocalChain, type RetryingProvider } from "./provider.ts";
import type { TokenUnit } from "./revert.ts";

/** Who pays gas and signs: any key that can sign a digest. */
export interface ChainAccount {
  readonly address: Address;
  sign(digest: Hex): CompactSignature;
}

/** One call of a contract. */
export interface ContractCall {
  /** With a verb, for messages: "deposit 5 tUSD". */
  readonly what: string;
  readonly to: Address;
  readonly data: Hex;
  /** Used as it is on local chains; others estimate. See `gas.ts`. */
  readonly gasLimit: bigint;
}

export interface SendOptions {
  /** Stops waiting; a transaction that was sent may still be mined. */
  readonly signal?: AbortSignal;
  /** How long to wait until it is mined. */
  readonly deadlineMs?: number;
  /** Called with every hash, before it is sent: a raised fee gives a new one for the same nonce. */
  readonly onSigned?: (transactionHash: Hex) => void;
}

export interface SenderOptions {
  readonly provider: RetryingProvider;
  readonly account: ChainAccount;
  readonly chainId: bigint;
  readonly unit: TokenUnit;
  readonly log: Log;
  /** Blocks on top of and with the transaction's own before it counts as mined; 1 by default. */
  readonly confirmations?: number;
  /** After how long without being mined the fee is raised. */
  readonly stuckAfterMs?: number;
}

/** A mined, successful transaction. */
export interface Mined {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
  readonly receipt: TransactionReceipt;
}

const QUEUE_LIMIT = 1000;
/** A quarter more each time: at most six times the first fee. Then it is only sent again, in case it was dropped. */
const RAISES_LIMIT = 8;
/** How often another user of the account may come between. */
const NONCES_LIMIT = 5;
/**
 * Reads in a row that must agree that the nonce was used by somebody else: servers behind one address may lag behind each
 * other, and a call that is sent again by mistake happens twice.
 */
const CERTAIN_AFTER = { local: 3, other: 10 } as const;

/**
 * The one owner of an account's transaction nonces: sends one transaction at a time, in order of asking, and waits until
 * it is mined. A transaction that is not mined in time is sent again under the same nonce with a higher fee, so it happens
 * once at most. New nonces are taken after everything that the account has pending, whoever sent it: nothing of a wallet
 * beside this node, or of a run before a crash, is ever replaced.
 */
export class TransactionSender implements AsyncDisposable {
  readonly #options: SenderOptions;
  readonly #local: boolean;
  readonly #pollMs: number;
  readonly #stuckAfterMs: number;
  readonly #closed = new AbortController();
  #queued = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#local = isLocalChain(options.chainId);
    this.#pollMs = this.#local ? 50 : 2000;
    this.#stuckAfterMs = options.stuckAfterMs ?? (this.#local ? 5000 : 45_000);
  }

  /** Whose transactions these are. */
  get account(): ChainAccount {
    return this.#options.account;
  }

  /**
   * Sends a call and waits until it is mined.
   * @throws LloomError TRANSACTION_FAILED (refused, with the contract's error in `details`, or not mined in time),
   * INSUFFICIENT_FUNDS (ether for gas), CHAIN_UNREACHABLE before anything was sent, CANCELLED.
   */
  send(call: ContractCall, options: SendOptions = {}): Promise<Mined> {
    if (this.#queued >= QUEUE_LIMIT) {
      throw new LloomError("TRANSACTION_FAILED", `Cannot ${call.what}: ${QUEUE_LIMIT} transactions wait already.`);
    }
    this.#queued++;
    const signals = [this.#closed.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any(signals);
    const sent = this.#last.then(() => this.#send(call, { ...options, signal })).finally(() => this.#queued--);
    this.#last = sent.catch(() => {});
    return sent;
  }

  /** Stops waiting. What was sent may still be mined. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#last;
  }

  async #send(call: ContractCall, options: SendOptions & { signal: AbortSignal }): Promise<Mined> {
    const deadline = Date.now() + (options.deadlineMs ?? (this.#local ? 60_000 : 900_000));
    const { what } = call;
    try {
      for (let attempt = 0; attempt < NONCES_LIMIT; attempt++) {
        options.signal.throwIfAborted();
        const gasLimit = await this.#rehearse(call);
        const nonce = await this.#options.provider.getTransactionCount(this.account.address, "pending");
        const receipt = await this.#push({ call, gasLimit, nonce, deadline, options, sent: [] });
        if (receipt !== undefined) return await this.#conclude(call, receipt);
        this.#options.log.warn({ nonce, what }, "transaction nonce was used elsewhere, sending again");
      }
    } catch (thrown) {
      if (options.signal.aborted && !(thrown instanceof LloomError)) {
        throw new LloomError("CANCELLED", `Stopped waiting to ${what}.`, { cause: thrown });
      }
      throw chainFailure(thrown, { what, unit: this.#options.unit, payer: this.account.address });
    }
    throw new LloomError(
      "TRANSACTION_FAILED",
      `Cannot ${what}: another program keeps sending from ${this.account.address}.`,
      {
        next: "Use the account in one place only, then try again.",
      },
    );
  }

  /** Finds out that the contract would refuse before gas is paid for it. Returns the gas limit to send with. */
  async #rehearse({ to, data, gasLimit }: ContractCall): Promise<bigint> {
    const call = { from: this.account.address, to, data };
    if (!this.#local) return withMargin(await this.#options.provider.estimateGas(call));
    // The block to come: a local chain without traffic may have mined its latest one long ago, with that time in it.
    await this.#options.provider.call({ ...call, gasLimit: GAS_CAP, blockTag: "pending" });
    return gasLimit;
  }

  /** One nonce from the first sending to the receipt; `undefined` when the nonce went to a transaction of others. */
  async #push(delivery: Delivery): Promise<TransactionReceipt | undefined> {
    const { nonce, deadline, options } = delivery;
    let fees = feesFrom(await this.#options.provider.getFeeData());
    let state = await this.#broadcast(delivery, fees);
    let raiseAt = Date.now() + this.#stuckAfterMs;
    for (let raises = 0, strangers = 0; ; ) {
      const seen = await this.#look(delivery);
      if (typeof seen === "object") return seen;
      strangers = seen === "foreign" ? strangers + 1 : 0;
      if (strangers >= (this.#local ? CERTAIN_AFTER.local : CERTAIN_AFTER.other)) return undefined;
      if (Date.now() >= deadline) throw this.#late(delivery);
      if (state === "lost") state = await this.#broadcast(delivery, fees);
      else if (state === "cheap" || Date.now() >= raiseAt) {
        if (raises < RAISES_LIMIT) fees = raisedFees(fees, await this.#market(fees));
        raises++;
        this.#options.log.warn({ nonce, raises, what: delivery.call.what }, "transaction is stuck, sending it again");
        state = await this.#broadcast(delivery, fees);
        raiseAt = Date.now() + this.#stuckAfterMs;
      }
      await pause(this.#pollMs, undefined, { signal: options.signal });
    }
  }

  /** Signs for the delivery's nonce and sends. A lost answer is no failure: the caller looks and sends again. */
  async #broadcast(delivery: Delivery, fees: Fees): Promise<"sent" | "lost" | "cheap"> {
    const raw = this.#sign(delivery, fees);
    const hash = raw.hash as Hex;
    if (!delivery.sent.includes(hash)) {
      delivery.sent.push(hash);
      delivery.options.onSigned?.(hash);
    }
    try {
      await this.#options.provider.broadcastTransaction(raw.serialized);
      return "sent";
    } catch (thrown) {
      return await this.#judge(delivery, thrown);
    }
  }

  /** What an error of sending means. Throws when no later try can help. */
  async #judge(delivery: Delivery, thrown: unknown): Promise<"sent" | "lost" | "cheap"> {
    const message = rpcMessage(thrown);
    if (thrown instanceof LloomError) return "lost";
    if (/already known|already imported|known transaction/i.test(message)) return "sent";
    if (isError(thrown, "NONCE_EXPIRED")) return "sent";
    if (isError(thrown, "REPLACEMENT_UNDERPRICED") || /underpriced|less than block base fee/i.test(message))
      return "cheap";
    const { sent } = delivery;
    // A chain that mines at once answers a revert with an error, although the transaction is in a block.
    if (sent.length > 1 || (await this.#look(delivery)) !== "none") return "sent";
    throw thrown;
  }

  /** Any of the delivery's transactions in a block; or a nonce that moved on without them; or nothing yet. */
  async #look({ sent, nonce, options }: Delivery): Promise<TransactionReceipt | "foreign" | "none"> {
    options.signal?.throwIfAborted();
    const { provider, confirmations = 1 } = this.#options;
    try {
      const used = (await provider.getTransactionCount(this.account.address, "latest")) > nonce;
      if (!used) return "none";
      for (const hash of sent) {
        const receipt = await provider.getTransactionReceipt(hash);
        if (receipt === null) continue;
        return confirmations <= 1 || (await receipt.confirmations()) >= confirmations ? receipt : "none";
      }
      return "foreign";
    } catch (thrown) {
      if (thrown instanceof LloomError && thrown.code === "CHAIN_UNREACHABLE") return "none";
      throw thrown;
    }
  }

  async #market(last: Fees): Promise<Fees> {
    try {
      return feesFrom(await this.#options.provider.getFeeData());
    } catch {
      return last;
    }
  }

  #sign({ call, gasLimit, nonce }: Delivery, fees: Fees): Transaction {
    const { chainId, account } = this.#options;
    const type = "gasPrice" in fees ? 0 : 2;
    const { to, data } = call;
    const transaction = Transaction.from({ type, chainId, to, data, gasLimit, nonce, value: 0n, ...fees });
    const { r, vs } = account.sign(transaction.unsignedHash as Hex);
    transaction.signature = Signature.from({ r, yParityAndS: vs });
    return transaction;
  }

  /** The receipt as a result; for a reverted transaction, its reason. */
  async #conclude({ what, to, data }: ContractCall, receipt: TransactionReceipt): Promise<Mined> {
    const transactionHash = receipt.hash as Hex;
    const { blockNumber, gasUsed } = receipt;
    if (receipt.status !== 0) return { transactionHash, blockNumber, gasUsed, receipt };
    const { provider, unit } = this.#options;
    try {
      await provider.call({ from: this.account.address, to, data, blockTag: blockNumber });
    } catch (cause) {
      if (isError(cause, "CALL_EXCEPTION")) throw refusal({ what, data: cause.data, unit, cause, transactionHash });
    }
    throw new LloomError("TRANSACTION_FAILED", `Cannot ${what}: the transaction ${transactionHash} was reverted.`, {
      next: "It may have run out of gas, or the chain changed meanwhile: try again.",
      details: { transactionHash, gasUsed: gasUsed.toString() },
    });
  }

  #late({ call: { what }, nonce, sent }: Delivery): LloomError {
    return new LloomError("TRANSACTION_FAILED", `The transaction to ${what} was not mined in time; it may still be.`, {
      next: "Look for it in the explorer before trying again; an older transaction of the account may block it.",
      details: { nonce, transactionHashes: [...sent] },
    });
  }
}

/** A call on its way under one nonce. */
interface Delivery {
  readonly call: ContractCall;
  readonly gasLimit: bigint;
  readonly nonce: number;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  readonly options: SendOptions & { readonly signal: AbortSignal };
  /** Every hash signed for the nonce. */
  readonly sent: Hex[];
}
