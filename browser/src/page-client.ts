import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { type CommitmentHasher, createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { advance, spoilsLane } from "@lloom/protocol/lane";
import { LloomError } from "@lloom/protocol/lloom-error";
import type { ExecutorFrame, SignedOffer } from "@lloom/protocol/messages";
import { INFER_PROTOCOL, RPC_PROTOCOL } from "@lloom/protocol/names";
import { offerProblem } from "@lloom/protocol/offers";
import { promisedBy } from "@lloom/protocol/profile";
import { recoverAddress, signDigest } from "@lloom/protocol/signatures";
import { mostAnswerUnits } from "@lloom/protocol/token-bounds";
import { answerProblem } from "../../node/src/client/check/check-answer.ts";
import { continueLane, requestTerms } from "../../node/src/client/pay/build-request.ts";
import { toSeconds, wallClock } from "../../node/src/primitives/clock.ts";
import { callOffers } from "./call-offers.ts";
import { InferStream } from "./infer-stream.ts";
import { Lanes, type TakenLane } from "./lanes.ts";
import { PageHost } from "./page-host.ts";
import type { OffersWanted, PageClientOptions, PageEvent, PageQuestion, Reached } from "./page-types.ts";

export type * from "./page-types.ts";

/** How long after now a request may be answered. */
const DEADLINE_SECONDS = 600;
/** A dial, with everything until the first byte. */
const OPEN_MS = 15_000;

interface Placed {
  readonly terms: ReturnType<typeof requestTerms>;
  readonly taken: TakenLane;
  readonly promptSalt: Hex;
  readonly offerHash: Hex;
}

/**
 * Buys answers from a page: fetches offers, signs requests by a session key, streams, and checks all that a node's client checks
 * but the count of tokens by the vocabulary. It never speaks with the chain: the principal fills its channels elsewhere. A
 * page keeps no log; whoever wants to dispute an answer keeps the receipts.
 */
export class PageClient implements AsyncDisposable {
  readonly #options: PageClientOptions;
  readonly #hasher: CommitmentHasher;
  readonly #host: PageHost;
  readonly #lanes = new Lanes();
  readonly #streams = new Map<Address, Promise<InferStream>>();

  private constructor(options: PageClientOptions, host: PageHost) {
    this.#options = options;
    this.#host = host;
    this.#hasher = createCommitmentHasher(options.domain);
  }

  static async start(options: PageClientOptions): Promise<PageClient> {
    return new PageClient(options, await PageHost.start(options.secret));
  }

  /** What a validator or an executor at these addresses knows to be offered, all or what is wanted; each offer's signature is right. */
  async offers(addresses: readonly string[], wanted: OffersWanted = {}): Promise<SignedOffer[]> {
    const signal = AbortSignal.timeout(OPEN_MS);
    const { stream } = await this.#host.open(addresses, RPC_PROTOCOL, signal);
    const offers = await callOffers(stream, wanted, signal);
    const judged = { hasher: this.#hasher, recover: recoverAddress, nowSeconds: BigInt(nowSeconds()) };
    return offers.filter((signed) => offerProblem({ ...judged, signed }) === undefined);
  }

  /** Whether a peer answers at one of these addresses, who it is, and how far away. Throws EXECUTOR_UNREACHABLE. */
  reach(addresses: readonly string[]): Promise<Reached> {
    return this.#host.reach(addresses, AbortSignal.timeout(OPEN_MS));
  }

  /**
   * Accepts an offer with one question, and pays the answer. Throws EXECUTOR_UNREACHABLE, what the executor says,
   * RESPONSE_INVALID for an answer that is not right: nothing of it was acknowledged, and it may cost the request's cap at most.
   * At the signal the executor is told to stop, and the answer ends with what it had produced.
   */
  async *ask(signed: SignedOffer, question: PageQuestion, signal: AbortSignal): AsyncGenerator<PageEvent> {
    const { offer } = signed;
    const stream = await this.#streamTo(signed);
    if (signal.aborted) throw new LloomError("CANCELLED", "It was stopped before it was asked.");
    const promptSalt = bytesToHex(crypto.getRandomValues(new Uint8Array(32)));
    const offerHash = this.#hasher.hashOffer(offer);
    const client = this.#options.principal;
    const terms = requestTerms({ ...question, model: offer.model }, { client, offer, offerHash, promptSalt });
    const taken = this.#lanes.take(offer.executor);
    yield* this.#follow({ stream, signed, question, signal }, { terms, taken, promptSalt, offerHash });
  }

  /** Ends all connections; an answer that is on its way is lost. */
  async close(): Promise<void> {
    for (const stream of this.#streams.values()) (await stream.catch(() => undefined))?.close();
    await this.#host[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async *#follow(
    {
      stream,
      signed,
      question,
      signal,
    }: {
      readonly stream: InferStream;
      readonly signed: SignedOffer;
      readonly question: PageQuestion;
      readonly signal: AbortSignal;
    },
    { terms, taken, promptSalt, offerHash }: Placed,
  ): AsyncGenerator<PageEvent> {
    const deadline = BigInt(nowSeconds() + DEADLINE_SECONDS);
    const request = continueLane(terms, { ...taken, deadline });
    const requestHash = this.#hasher.hashRequest(request);
    const signature = signDigest(requestHash, this.#options.secret);
    const { weightsHash, profileHash, executor } = signed.offer;
    const { sampling } = question;
    const asked = { promptSalt, messages: [...question.messages], sampling, weightsHash, profileHash, offerHash };
    const most = mostAnswerUnits(question.maxOutboundTokens);
    let text = "";
    for await (const frame of stream.request({ type: "request", request, signature, ...asked }, signal)) {
      if (frame.type === "error") throw this.#refusal(frame, executor, taken);
      if (frame.type === "status") yield { type: "status", state: frame.state, position: frame.position };
      if (frame.type === "token") {
        text += frame.text;
        if (text.length > most) throw new LloomError("RESPONSE_INVALID", "The answer is longer than its limit allows.");
        yield { type: "text", text: frame.text };
      }
      if (frame.type !== "response") continue;
      const facts = { request, requestHash, lane: taken.state, text, stop: sampling.stop };
      const end = this.#accept(frame, facts, { signed, promptSalt, clientSignature: signature });
      this.#lanes.giveBack(executor, {
        lane: taken.lane,
        state: advance(taken.state, frame.response, end.responseHash),
      });
      yield end;
    }
  }

  #accept(
    { response, signature, contentSalt }: Extract<ExecutorFrame, { type: "response" }>,
    facts: Pick<Parameters<typeof answerProblem>[0], "request" | "requestHash" | "lane" | "text" | "stop">,
    {
      signed,
      promptSalt,
      clientSignature,
    }: { readonly signed: SignedOffer; readonly promptSalt: Hex; readonly clientSignature: CompactSignature },
  ): Extract<PageEvent, { type: "end" }> {
    const { evidence } = promisedBy(signed);
    const judged = { hasher: this.#hasher, recover: recoverAddress, evidence, response, signature, contentSalt };
    const problem = answerProblem({ ...judged, ...facts });
    if (problem !== undefined) throw new LloomError("RESPONSE_INVALID", problem);
    const { request, requestHash } = facts;
    return {
      type: "end",
      receipt: { request, response, clientSignature, executorSignature: signature },
      salts: { prompt: promptSalt, answer: contentSalt },
      requestHash,
      responseHash: this.#hasher.hashResponse(response),
      cost: response.cumulativeCost - request.ackedCost,
    };
  }

  #refusal(
    { code, message }: Extract<ExecutorFrame, { type: "error" }>,
    executor: Address,
    taken: TakenLane,
  ): LloomError {
    if (!spoilsLane(code)) this.#lanes.giveBack(executor, taken);
    return new LloomError(code, `The executor answered: ${message}`);
  }

  /** The stream that there is, or a new one, to the peer whose key made the offer and to no other. */
  async #streamTo({ offer: { executor }, multiaddrs }: SignedOffer): Promise<InferStream> {
    const known = await this.#streams.get(executor)?.catch(() => undefined);
    if (known?.isOpen === true) return known;
    const opening = this.#open(executor, multiaddrs);
    this.#streams.set(executor, opening);
    return opening;
  }

  async #open(executor: Address, multiaddrs: readonly string[]): Promise<InferStream> {
    const { stream, peer } = await this.#host.open(multiaddrs, INFER_PROTOCOL, AbortSignal.timeout(OPEN_MS));
    if (peer === executor) return new InferStream(stream);
    const problem = new LloomError("EXECUTOR_UNREACHABLE", `Another peer, ${peer}, answers at the offer's address.`);
    stream.abort(problem);
    throw problem;
  }
}

const nowSeconds = (): number => Number(toSeconds(wallClock()));
