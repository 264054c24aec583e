import { formatAmount, shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { ChannelFunds } from "@lloom/protocol/channel-money";
import type { Address, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { worstCost } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { LloomError } from "../../errors.ts";
import { type Clock, toSeconds } from "../../primitives/clock.ts";
import { Mutex } from "../../primitives/mutex.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { Purse } from "../question.ts";
import { continueLane, type PlacedRequest, type RequestTerms } from "./build-request.ts";
import { type FundingPlan, planFunding } from "./funding-plan.ts";

/** A channel as the client's side of the chain tells it. */
export type OwnChannel = Pick<ChannelFunds, "balance" | "unlocking">;

export interface PaymentChannelsOptions {
  readonly identity: Identity;
  readonly hasher: CommitmentHasher;
  readonly store: ClientLog;
  readonly readChannel: (executor: Address) => Promise<OwnChannel>;
  readonly readDeposit: () => Promise<bigint>;
  /** Notes in the log what the chain has paid an executor while this client was away. */
  readonly learnSettled: (executor: Address) => Promise<void>;
  /** Sends the transaction and waits for it. */
  readonly allocate: (executor: Address, amount: bigint) => Promise<void>;
  readonly token: TokenUnit;
  /** Base units. */
  readonly step: bigint;
  readonly deadlineSeconds: bigint;
  readonly clock: Clock;
}

/** What a channel is filled by. */
export interface Trust {
  /** What the executor has shown: right answers, and text of one that is under way. */
  readonly shown: number;
  /** It says that the channel does not cover the request. */
  readonly isDoubted: boolean;
}

/** Requests that come together may use up an allocation before this one gets its part; then another is made. */
const MOST_ALLOCATIONS = 8;

/**
 * Places requests in lanes that can pay for them. As long as a channel is known to cover the request, reserving the lane,
 * signing and saving happen without a pause, so that requests that come together cannot promise the same money twice.
 */
export class PaymentChannels {
  readonly #options: PaymentChannelsOptions;
  readonly #channels = new Map<Address, OwnChannel>();
  /** The same as it was last seen: what is to be read again before it is used stays here. */
  readonly #seen = new Map<Address, OwnChannel>();
  /** Executors whose settled lanes are known; events keep them so. */
  readonly #learned = new Set<Address>();
  /** One allocation at a time: all are paid from one deposit. */
  readonly #allocating = new Mutex();

  constructor(options: PaymentChannelsOptions) {
    this.#options = options;
  }

  /**
   * A signed and saved request, in a channel that covers it; filled in steps by what the executor has shown. Throws
   * INSUFFICIENT_FUNDS with what is missing, what the chain throws, and what the purse does. Nothing is left reserved after a failure.
   */
  async place(
    terms: RequestTerms,
    prompt: OpenedPrompt,
    { signal, purse, ...trust }: Trust & { readonly signal: AbortSignal; readonly purse?: Purse | undefined },
  ): Promise<PlacedRequest> {
    for (let allocations = 0; allocations < MOST_ALLOCATIONS; allocations += 1) {
      if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.");
      const placed = this.#covers(terms, trust) ? await this.#sign(terms, prompt, { ...trust, purse }) : undefined;
      if (placed !== undefined) return placed;
      await untilAborted(
        this.#allocating.run(() => this.#ensureChannel(terms, trust)),
        signal,
      );
    }
    throw new LloomError("CHANNEL_UNDERFUNDED", "Other requests use up the channel faster than it is filled.");
  }

  /** Whether the channel's funds are known; without the chain only such a channel can be used. */
  knows(executor: Address): boolean {
    return this.#channels.has(executor);
  }

  /** Whether a channel is known to hold so much beyond what it owes: then it can be used without the chain. */
  covers(executor: Address, amount: bigint): boolean {
    const channel = this.#channels.get(executor);
    if (channel === undefined) return false;
    const owed = this.#options.store.outstanding(executor, this.#nowSeconds());
    return channel.balance - channel.unlocking >= owed + amount;
  }

  /**
   * What these executors could be paid in all, base units: what their channels hold beyond what they owe, and the free deposit. The chain
   * is not asked where what is known is `enough`. Throws what the chain throws.
   */
  async spendable(
    executors: readonly Address[],
    { enough, signal }: { readonly enough: bigint; readonly signal: AbortSignal },
  ): Promise<bigint> {
    const free = (): bigint => executors.reduce((sum, executor) => sum + this.#free(executor), 0n);
    if (free() >= enough) return free();
    const { readChannel, readDeposit } = this.#options;
    const unknown = executors.filter((executor) => !this.#channels.has(executor));
    const reading = Promise.all([
      readDeposit(),
      ...unknown.map(async (executor) => this.#know(executor, await readChannel(executor))),
    ]);
    const [deposit] = await untilAborted(reading, signal);
    return deposit + free();
  }

  #free(executor: Address): bigint {
    const channel = this.#channels.get(executor);
    if (channel === undefined) return 0n;
    const left = channel.balance - channel.unlocking - this.#options.store.outstanding(executor, this.#nowSeconds());
    return left > 0n ? left : 0n;
  }

  /** Channels that were used, and what they held in all when last seen, without what was being unlocked: for people and metrics. */
  funds(): { readonly channels: number; readonly balance: bigint } {
    let balance = 0n;
    for (const channel of this.#seen.values()) balance += channel.balance - channel.unlocking;
    return { channels: this.#seen.size, balance };
  }

  /** The chain may say something new about this channel. */
  forget(executor: Address): void {
    this.#channels.delete(executor);
  }

  /** The executor was paid: what it may still settle and what the channel holds change together. */
  noteSettled(settled: { executor: Address; lane: bigint; nonce: bigint; cost: bigint; channelBalance: bigint }): void {
    const { executor, channelBalance } = settled;
    this.#options.store.markSettled(settled);
    const known = this.#channels.get(executor);
    if (known !== undefined) this.#channels.set(executor, { ...known, balance: channelBalance });
    const seen = this.#seen.get(executor);
    if (seen !== undefined) this.#seen.set(executor, { ...seen, balance: channelBalance });
  }

  /** Undefined where others took the channel's room while the purse was asked. */
  async #sign(
    terms: RequestTerms,
    prompt: OpenedPrompt,
    { purse, ...trust }: Trust & { readonly purse: Purse | undefined },
  ): Promise<PlacedRequest | undefined> {
    const { identity, hasher, store, deadlineSeconds, clock } = this.#options;
    const { lane, state } = store.reserveLane(terms.executor);
    try {
      const deadline = this.#nowSeconds() + deadlineSeconds;
      const request: RequestCommitment = continueLane(terms, { lane, state, deadline });
      const requestHash = hasher.hashRequest(request);
      const held = purse?.hold(requestHash, worstCost(terms));
      // Elsewhere than in this file, it is held first: whoever comes back after an end in between lets go of what was never signed.
      if (held instanceof Promise) {
        await held;
        if (!this.#covers(terms, trust)) {
          store.releaseLane(terms.executor, lane);
          return undefined;
        }
      }
      const signature = identity.sign(requestHash);
      const { promptSalt } = prompt;
      store.saveRequest({ requestHash, request, signature, promptSalt, prompt, sentAtMs: clock() });
      await store.onDisk();
      return { request, requestHash, signature, lane: state };
    } catch (thrown) {
      store.releaseLane(terms.executor, lane);
      throw thrown;
    }
  }

  /** Whether the channel is known, and holds enough for one request more. */
  #covers(terms: RequestTerms, trust: Trust): boolean {
    return this.#plan(terms, 0n, trust)?.type === "enough";
  }

  /** Undefined while the channel is not known. */
  #plan(terms: RequestTerms, deposit: bigint, { shown, isDoubted }: Trust): FundingPlan | undefined {
    const { store, step } = this.#options;
    const channel = this.#channels.get(terms.executor);
    if (channel === undefined) return undefined;
    const outstanding = store.outstanding(terms.executor, this.#nowSeconds());
    const needed = worstCost(terms);
    // A client that lost its log does not know what it owes: one request more is all that a word brings.
    const owed = isDoubted ? outstanding + needed : outstanding;
    return planFunding({ needed, outstanding: owed, ...channel, deposit, step, shown });
  }

  /** Looks again with what the chain says now, and moves deposit into the channel if that is needed. */
  async #ensureChannel(terms: RequestTerms, trust: Trust): Promise<void> {
    if (this.#covers(terms, trust)) return;
    const { executor } = terms;
    const { readChannel, readDeposit, learnSettled, allocate } = this.#options;
    if (!this.#learned.has(executor)) await learnSettled(executor);
    this.#learned.add(executor);
    const [channel, deposit] = await Promise.all([readChannel(executor), readDeposit()]);
    this.#know(executor, channel);
    const plan = this.#plan(terms, deposit, trust);
    if (plan === undefined || plan.type === "enough") return;
    if (plan.type === "insufficient") throw this.#insufficient(terms, deposit, plan.missing);
    await allocate(executor, plan.amount);
    this.#know(executor, await readChannel(executor));
  }

  #know(executor: Address, channel: OwnChannel): void {
    this.#channels.set(executor, channel);
    this.#seen.set(executor, channel);
  }

  #insufficient(terms: RequestTerms, deposit: bigint, missing: bigint): LloomError {
    const { token } = this.#options;
    const shown = (amount: bigint): string => shownAmount(amount, token);
    const needed = worstCost(terms);
    return new LloomError(
      "INSUFFICIENT_FUNDS",
      `This request may cost ${shown(needed)}; the free deposit is ${shown(deposit)}, ${shown(missing)} are missing.`,
      {
        next: `Deposit more: lloom deposit ${formatAmount(missing, token.decimals)}`,
        details: { needed, deposit, missing },
      },
    );
  }

  #nowSeconds(): bigint {
    return toSeconds(this.#options.clock());
  }
}
