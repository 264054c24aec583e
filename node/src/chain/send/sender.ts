import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import { isError, keccak256, type TransactionReceipt } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { steadyClock, wallClock } from "../../primitives/clock.ts";
import { Mutex } from "../../primitives/mutex.ts";
import { pause } from "../../primitives/pause.ts";
import { PROBES } from "../../primitives/probes.ts";
import { chainFailure, refusal } from "../chain-failure.ts";
import type { ChainAccount, ContractCall } from "../contract-call.ts";
import { isLocalChain, type RetryingProvider } from "../rpc/provider.ts";
import { RpcError } from "../rpc/rpc-error.ts";
import { untilAborted } from "../rpc/until-aborted.ts";
import { Broadcast, type BroadcastOrder, type BroadcastTerms } from "./broadcast.ts";
import { GAS_CAP, withMargin } from "./gas.ts";
import { memoryJournal, type SendJournal, type SentCall } from "./send-journal.ts";
import { withHashes } from "./with-hashes.ts";

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
  /** How often the server is asked whether it is mined. */
  readonly pollMs?: number;
  /** After how long without being mined the fee is raised. */
  readonly stuckAfterMs?: number;
  /** Remembers what is on its way; for as long as the process lives unless given. */
  readonly journal?: SendJournal;
}

/** A mined, successful transaction. */
export interface Mined {
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly gasUsed: bigint;
  readonly receipt: TransactionReceipt;
  /** It had been sent before, by a call that did not see its end; nothing more was sent than for that one. */
  readonly isResumed: boolean;
}

const QUEUE_LIMIT = 1000;
/** How often another user of the account may come between. */
const NONCES_LIMIT = 5;
/** Servers behind one address may lag behind the one that told of the last receipt; a reorganisation may have dropped it. */
const NONCE_READS = 4;
/** How long a call is waited for. */
const DEADLINE_MS = 900_000;
/** A call that was mined this long ago, unseen, is the user's past: the same asked now is another one. */
const RESUMES_MINED_MS = 3_600_000;

/** A call under way, with how long and for whom. */
interface Asked {
  readonly call: ContractCall;
  readonly intent: string;
  /** By the steady clock. */
  readonly deadlineMs: number;
  readonly options: SendOptions & { readonly signal: AbortSignal };
}

/**
 * The one owner of an account's transaction nonces: sends one transaction at a time, in order of asking, and waits until
 * it is mined. A transaction that is not mined in time is sent again under the same nonce with a higher fee, so it happens
 * once at most. What was sent and did not end is remembered, and gone on with when the same call is asked again. New
 * nonces are taken after everything that the account has pending, whoever sent it: nothing of a wallet beside this node is
 * ever replaced.
 */
export class TransactionSender implements AsyncDisposable {
  readonly #options: SenderOptions;
  readonly #terms: BroadcastTerms;
  readonly #local: boolean;
  readonly #closed = new AbortController();
  readonly #turn = new Mutex();
  #queued = 0;
  /** What the next nonce should be, going by what was mined. */
  #expected = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
    const { provider, account, chainId, log, confirmations = 1, journal = memoryJournal() } = options;
    this.#local = isLocalChain(chainId);
    const [pollMs, stuckAfterMs, foreignDepth] = this.#local ? [50, 5000, 0] : [2000, 45_000, 2];
    this.#terms = {
      ...{ provider, account, chainId, log, confirmations, journal, foreignDepth },
      pollMs: options.pollMs ?? pollMs,
      stuckAfterMs: options.stuckAfterMs ?? stuckAfterMs,
    };
  }

  /** Whose transactions these are. */
  get account(): ChainAccount {
    return this.#options.account;
  }

  /**
   * Sends a call and waits until it is mined.
   * @throws LloomError TRANSACTION_FAILED (refused, with the contract's error in `details`, or not mined in time),
   * INSUFFICIENT_FUNDS (ether for gas), CHAIN_UNREACHABLE before anything was sent, CANCELLED, STORE_FAILED. As soon as
   * something was signed, `details.transactionHashes` holds every hash.
   */
  send(call: ContractCall, options: SendOptions = {}): Promise<Mined> {
    return this.#inTurn(call, options, async (asked) => (await this.#earlier(asked)) ?? (await this.#anew(asked)));
  }

  /**
   * Goes on with a call that was sent before, with exactly what was signed then, whatever this one would send. `undefined` when none
   * is under way, or it did not happen, or was mined so long ago that the same asked now is another one: nothing new is sent then.
   * @throws LloomError as `send`.
   */
  resume(call: ContractCall, options: SendOptions = {}): Promise<Mined | undefined> {
    return this.#inTurn(call, options, (asked) => this.#earlier(asked));
  }

  /** Whether a call that was sent before has not been seen to end: asking for it again goes on with it. */
  isUnderWay(intent: string): boolean {
    return this.#terms.journal.find(intent) !== undefined;
  }

  /** Stops waiting. What was sent may still be mined. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#turn.idle();
  }

  #inTurn<T>(call: ContractCall, options: SendOptions, act: (asked: Asked) => Promise<T>): Promise<T> {
    if (this.#queued >= QUEUE_LIMIT) {
      throw new LloomError("TRANSACTION_FAILED", `Cannot ${call.what}: ${QUEUE_LIMIT} transactions wait already.`);
    }
    this.#queued++;
    const signals = [this.#closed.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any(signals);
    const inTurn = async (): Promise<T> => {
      const deadlineMs = steadyClock() + (options.deadlineMs ?? DEADLINE_MS);
      const intent = call.intent ?? keccak256(`${call.to}${call.data.slice(2)}`);
      try {
        signal.throwIfAborted();
        return await act({ call, intent, deadlineMs, options: { ...options, signal } });
      } catch (thrown) {
        throw this.#failure(thrown, call.what, signal);
      }
    };
    return this.#turn.run(inTurn).finally(() => this.#queued--);
  }

  /** What was sent before of it, at its end. */
  async #earlier(asked: Asked): Promise<Mined | undefined> {
    const earlier = this.#terms.journal.find(asked.intent);
    return earlier === undefined ? undefined : this.#resume(asked, earlier);
  }

  async #anew(asked: Asked): Promise<Mined> {
    for (let attempt = 0; attempt < NONCES_LIMIT; attempt++) {
      const mined = await this.#attempt(asked);
      if (mined !== undefined) return mined;
    }
    throw new LloomError(
      "TRANSACTION_FAILED",
      `Cannot ${asked.call.what}: another program keeps sending from ${this.account.address}.`,
      { next: "Use the account in one place only, then try again." },
    );
  }

  /** The call under a new nonce; `undefined` when that went to a transaction of others. */
  async #attempt(asked: Asked): Promise<Mined | undefined> {
    const { call, intent, options } = asked;
    const { provider } = this.#options;
    const gasLimit = await untilAborted(this.#rehearse(call), options.signal);
    const [nonce, fromBlock] = await untilAborted(
      Promise.all([this.#nextNonce(options.signal), provider.getBlockNumber()]),
      options.signal,
    );
    const { to, data, value = 0n } = call;
    const signed = { to, data, value, gasLimit };
    const sent: SentCall = { intent, nonce, fromBlock, hashes: [], sentAtMs: wallClock(), call: signed };
    const receipt = await this.#deliver(asked, { sent, gasLimit });
    if (receipt === "foreign") return undefined;
    return this.#conclude(call, receipt, false);
  }

  /** Goes on with what was sent before; `undefined` when it did not happen, or long ago. */
  async #resume(asked: Asked, sent: SentCall): Promise<Mined | undefined> {
    const { nonce, hashes, sentAtMs } = sent;
    const call: ContractCall = { ...asked.call, ...sent.call };
    this.#options.log.warn({ nonce, hashes, what: call.what }, "going on with a transaction that was sent before");
    // What was mined already would be refused now.
    const gasLimit = await untilAborted(this.#rehearse(call), asked.options.signal).catch(() => call.gasLimit);
    const receipt = await this.#deliver({ ...asked, call }, { sent, gasLimit });
    if (receipt === "foreign" || receipt.status === 0) return undefined;
    const isPast = wallClock() - sentAtMs > RESUMES_MINED_MS && !(await this.#isFresh(receipt));
    return isPast ? undefined : this.#conclude(call, receipt, true);
  }

  /** Whether a transaction was mined so lately that whoever asks for its call cannot mean another one. */
  async #isFresh({ blockNumber }: TransactionReceipt): Promise<boolean> {
    const { provider } = this.#options;
    const [its, latest] = await Promise.all([provider.getBlock(blockNumber), provider.getBlock("latest")]);
    return its === null || latest === null || (latest.timestamp - its.timestamp) * 1000 <= RESUMES_MINED_MS;
  }

  /** Brings a nonce to its end, and forgets it then. */
  async #deliver(
    { call, deadlineMs, options }: Asked,
    { sent, gasLimit }: Pick<BroadcastOrder, "sent" | "gasLimit">,
  ): Promise<TransactionReceipt | "foreign"> {
    const { signal, onSigned } = options;
    const broadcast = new Broadcast(this.#terms, { call, gasLimit, sent, deadlineMs, signal, onSigned });
    try {
      const receipt = await broadcast.run();
      if (receipt === "foreign") {
        const fields = { nonce: sent.nonce, what: call.what };
        this.#options.log.warn(fields, "transaction nonce was used elsewhere, sending again");
      }
      this.#expected = sent.nonce + 1;
      this.#terms.journal.remove(sent);
      return receipt;
    } catch (thrown) {
      if (!broadcast.isOut) this.#terms.journal.remove(sent);
      throw withHashes(this.#failure(thrown, call.what, signal), { nonce: sent.nonce, hashes: broadcast.hashes });
    }
  }

  #failure(thrown: unknown, what: string, signal: AbortSignal): LloomError {
    // It says already what was sent.
    if (thrown instanceof LloomError && "transactionHashes" in (thrown.details ?? {})) return thrown;
    if (signal.aborted && !(thrown instanceof LloomError && thrown.code !== "CANCELLED"))
      return new LloomError("CANCELLED", `Stopped waiting to ${what}.`, { cause: thrown });
    return chainFailure(thrown, { what, unit: this.#options.unit, payer: this.account.address });
  }

  /** Finds out that the contract would refuse before gas is paid for it. Returns the gas limit to send with. */
  async #rehearse({ to, data, value = 0n, gasLimit }: ContractCall): Promise<bigint> {
    const call = { from: this.account.address, to, data, value };
    if (!this.#local) return withMargin(await this.#options.provider.estimateGas(call));
    // The block to come: a local chain without traffic may have mined its latest one long ago, with that time in it.
    await this.#options.provider.call({ ...call, gasLimit: GAS_CAP, blockTag: "pending" });
    return gasLimit;
  }

  /** After all that the account has pending. A server that lags behind the last receipt is asked again. */
  async #nextNonce(signal: AbortSignal): Promise<number> {
    let nonce = await this.#pendingNonce();
    for (let reads = 1; nonce < this.#expected && reads < NONCE_READS; reads++) {
      await pause(this.#terms.pollMs, signal);
      nonce = await this.#pendingNonce();
    }
    return nonce;
  }

  /** Some servers keep no pool to count in; then what was mined counts, and a nonce that is taken shows when sending. */
  async #pendingNonce(): Promise<number> {
    const { provider } = this.#options;
    try {
      return await provider.getTransactionCount(this.account.address, "pending");
    } catch (thrown) {
      if (!(thrown instanceof RpcError) || thrown.kind === "busy") throw thrown;
      return provider.getTransactionCount(this.account.address, "latest");
    }
  }

  /** The receipt as a result; for a reverted transaction, its reason. */
  async #conclude(
    { what, to, data, value = 0n }: ContractCall,
    receipt: TransactionReceipt,
    isResumed: boolean,
  ): Promise<Mined> {
    const transactionHash = receipt.hash as Hex;
    const { blockNumber, gasUsed } = receipt;
    if (PROBES.mined.isHeard) PROBES.mined.tell({ isReverted: receipt.status === 0, feeWei: receipt.fee });
    if (receipt.status !== 0) return { transactionHash, blockNumber, gasUsed, receipt, isResumed };
    const { provider, unit } = this.#options;
    const hashes = { transactionHash, transactionHashes: [transactionHash] };
    try {
      await provider.call({ from: this.account.address, to, data, value, blockTag: blockNumber });
    } catch (cause) {
      if (isError(cause, "CALL_EXCEPTION")) throw refusal({ what, data: cause.data, unit, cause, details: hashes });
    }
    throw new LloomError("TRANSACTION_FAILED", `Cannot ${what}: the transaction ${transactionHash} was reverted.`, {
      next: "It may have run out of gas, or the chain changed meanwhile: try again.",
      details: { ...hashes, gasUsed: gasUsed.toString() },
    });
  }
}
