import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import type { Address, Hex, ModelOffer, RequestCommitment } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import type { LaneState } from "@lloom/protocol/lane";
import type { RequestFrame } from "@lloom/protocol/messages";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import type { RecoverAddress } from "@lloom/protocol/signatures";
import type { Backend, Completion } from "../../backend/backend.ts";
import { untilAborted } from "../../chain/rpc/until-aborted.ts";
import { LloomError } from "../../errors.ts";
import { type Clock, toSeconds } from "../../primitives/clock.ts";
import type { ExecutorLog } from "../../store/executor/executor-log.ts";
import type { Room } from "../../store/files/disk-room.ts";
import {
  type AdmissionProblem,
  answerLimit,
  fundingProblem,
  laneProblem,
  signerProblem,
  sizeProblem,
  takenProblem,
  termsProblem,
} from "./admission-rules.ts";
import { checkSettings, refuseUnknown } from "./asked-settings.ts";
import type { ChannelCache, KnownChannel } from "./channel-cache.ts";
import type { OwnRun } from "./own-run.ts";
import type { WorkQueue } from "./work-queue.ts";

/** What admission needs to know the facts. */
export interface AdmissionParts {
  readonly executor: Address;
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly store: ExecutorLog;
  readonly channels: ChannelCache;
  readonly backend: Backend;
  readonly queue: WorkQueue;
  readonly run: OwnRun;
  readonly offerOf: (model: string) => ModelOffer | undefined;
  /** What that offer promises. */
  readonly profileOf: (model: string) => string | undefined;
  /** Whom an address signs for as a session signer in force; reads the chain. */
  readonly principalOf: (signer: Address) => Promise<Address | undefined>;
  /** Highest nonce that the chain had settled when a lane was first used in this run: the log may be an older copy. */
  readonly settledNonceOf: (client: Address, lane: bigint) => Promise<bigint>;
  readonly unlockMarginSeconds: bigint;
  readonly clock: Clock;
  readonly room?: Room | undefined;
}

/** A request that will be answered: it is in the log and its lane is busy. */
export interface Admitted {
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  /** Before this answer. */
  readonly lane: LaneState;
  readonly completion: Completion;
  /** As the request's hashes were taken over it; kept with the answer. */
  readonly prompt: OpenedPrompt;
  /** Of the run in which it was admitted. */
  readonly epoch: number;
}

/** A request frame without what only the stream needs. */
export type AskedFrame = Omit<RequestFrame, "id" | "type">;

/**
 * Collects the facts in the order of their cost, refuses with the first problem, and notes the request in the log. Between
 * the last look at lane and channel and the note nothing else runs, so that two requests cannot both pass for one.
 */
export async function admit(parts: AdmissionParts, frame: AskedFrame, signal: AbortSignal): Promise<Admitted> {
  const { request } = frame;
  const offer = checkTerms(parts, frame);
  // Of the same offer: at the next step there may be another.
  const profile = parts.profileOf(request.model);
  checkSettings(frame, profile);
  const requestHash = parts.hasher.hashRequest(request);
  await untilAborted(checkSigner(parts, frame, requestHash), signal);
  refuse(laneProblem({ ...laneFacts(parts, request), settledNonce: 0n }));
  parts.queue.checkRoom(request.client);
  const asked: Completion = {
    model: request.model,
    messages: frame.messages,
    sampling: frame.sampling,
    maxOutboundTokens: Number(request.maxOutboundTokens),
    // Signed, so that everybody who counts again is told the same.
    asOfSeconds: Number(request.deadline),
    requestHash,
  };
  const facts = Promise.all([
    parts.backend.countInbound(asked, signal),
    parts.settledNonceOf(request.client, request.lane),
    parts.channels.get(request.client),
  ]);
  const [inboundTokens, settledNonce] = await untilAborted(facts, signal);
  const size = { request, inboundTokens, maxContext: offer.maxContext, isEmbedding: isEmbedding(frame.sampling) };
  refuse(sizeProblem(size));
  const doubt = new ChannelDoubt(parts, request);
  for (let reading = doubt.reading(); reading !== undefined; reading = doubt.reading())
    await untilAborted(reading, signal);
  // From the channel's last look to the note in the log nothing waits.
  const laneNow = laneFacts(parts, request);
  refuse(laneProblem({ ...laneNow, settledNonce }));
  parts.queue.checkRoom(request.client);
  // The log may be lost or replaced at any time; that a request is taken once is held in memory too.
  if (!parts.run.take(frame.offerHash, requestHash)) refuse(takenProblem(parts.run.stands(frame.offerHash)));
  parts.store.accept({ requestHash, request, clientSignature: frame.signature, acceptedAtMs: parts.clock() });
  const completion = { ...asked, maxOutboundTokens: answerLimit(size) };
  const { promptSalt, messages, sampling, weightsHash, profileHash, offerHash } = frame;
  const opened = { promptSalt, messages, sampling, weightsHash, profileHash, offerHash };
  const prompt = profile === undefined ? opened : { ...opened, profile };
  return { request, requestHash, lane: laneNow.lane, completion, prompt, epoch: parts.run.epoch };
}

function refuse(problem: AdmissionProblem | undefined): void {
  if (problem !== undefined) throw new LloomError(problem.code, problem.message);
}

function checkTerms(parts: AdmissionParts, frame: AskedFrame): ModelOffer {
  const { executor, run, clock } = parts;
  const { request, weightsHash, profileHash, offerHash, sampling } = frame;
  if (run.ended !== undefined) throw new LloomError("DRAINING", "This executor has stopped serving.");
  const full = parts.room?.problem();
  if (full !== undefined) throw full;
  refuseUnknown(sampling);
  const offer = parts.offerOf(request.model);
  const hashes = {
    promptHash: hashPrompt(frame.promptSalt, frame.messages),
    paramsHash: hashParams({ sampling, weightsHash, profileHash, offerHash }),
  };
  const nowSeconds = toSeconds(clock());
  const offerStands = run.stands(offerHash);
  const facts = { request, executor, offer, offerStands, nowSeconds, isEmbedding: isEmbedding(sampling) };
  refuse(termsProblem({ ...facts, weightsHash, profileHash, ...hashes }));
  // Without one the terms were refused.
  return offer as ModelOffer;
}

async function checkSigner(parts: AdmissionParts, { request, signature }: AskedFrame, requestHash: Hex): Promise<void> {
  const { client } = request;
  const recovered = parts.recover(requestHash, signature);
  const isSession = recovered !== undefined && recovered !== client;
  const principal = isSession ? await parts.principalOf(recovered) : undefined;
  refuse(signerProblem({ client, recovered, principal }));
}

const laneFacts = ({ store }: AdmissionParts, request: RequestCommitment) => ({
  request,
  lane: store.laneState(request.client, request.lane),
  busy: store.busyLane(request.client, request.lane),
});

/** Reads of one channel for one request; it changes by transactions, so more than this is no coincidence. */
const MOST_READS = 4;

/**
 * Whether the channel pays for a request, as known; if it would not, or it changed while other facts were collected, as the
 * chain says now. Its looks are not asynchronous, so that what they find still holds when the caller goes on.
 */
class ChannelDoubt {
  readonly #parts: AdmissionParts;
  readonly #request: RequestCommitment;
  #isFresh = false;
  #reads = 0;

  constructor(parts: AdmissionParts, request: RequestCommitment) {
    this.#parts = parts;
    this.#request = request;
  }

  /** A read to wait for before the next look; `undefined` when the channel pays. Throws when it does not. */
  reading(): Promise<unknown> | undefined {
    const { channels } = this.#parts;
    const { client } = this.#request;
    const channel = channels.peek(client);
    if (channel !== undefined) {
      const problem = fundingOf(this.#parts, this.#request, channel);
      if (problem === undefined) return undefined;
      if (this.#isFresh) refuse(problem);
    }
    this.#reads += 1;
    if (this.#reads > MOST_READS)
      throw new LloomError("CHANNEL_UNDERFUNDED", "The channel is changing just now.", {
        next: "Try again in a moment.",
      });
    this.#isFresh = channel !== undefined;
    return this.#isFresh ? channels.refresh(client) : channels.get(client);
  }
}

const fundingOf = (parts: AdmissionParts, request: RequestCommitment, channel: KnownChannel) =>
  fundingProblem({
    request,
    lane: parts.store.laneState(request.client, request.lane),
    channel,
    outstanding: parts.store.outstanding(request.client),
    nowSeconds: toSeconds(parts.clock()) + channel.skewSeconds,
    unlockMarginSeconds: parts.unlockMarginSeconds,
  });
