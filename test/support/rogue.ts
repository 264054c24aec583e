/** An executor that is reachable and offers a model, but signs what the test says. */
import { randomBytes } from "node:crypto";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { bytesToHex } from "@lloom/protocol/hex";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import type { Chain } from "../../node/src/chain/chain.ts";
import { type Answer, buildResponse } from "../../node/src/executor/answer/response.ts";
import { OwnOffers } from "../../node/src/executor/offer/own-offers.ts";
import type { Log } from "../../node/src/log.ts";
import { joinOfferTopic } from "../../node/src/p2p/discovery/offer-topic.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import type { ExecutorFrameBody } from "../../node/src/p2p/infer/answer-queue.ts";
import { serveInfer } from "../../node/src/p2p/infer/infer-server.ts";
import type { InferCall } from "../../node/src/p2p/infer/infer-session.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";
import { EVERYBODY_STAKED } from "./hosts.ts";
import { eventually } from "./processes.ts";

type ResponseBody = Extract<ExecutorFrameBody, { type: "response" }>;
/** Changes a right response; what it returns is signed and sent. */
export type Tampering = (right: ResponseBody["response"], call: InferCall) => ResponseBody["response"];

export interface RogueOptions {
  readonly identity: Identity;
  readonly chain: Chain;
  readonly host: Host;
  readonly log: Log;
  readonly model: string;
  readonly says: string;
  readonly tamper: Tampering;
  /** Signs responses with this key instead of its own. */
  readonly forge?: Identity;
  /** What its offer promises. */
  readonly profile?: string;
}

/** Cheaper than anybody honest. */
export const ROGUE_PRICE = { inboundPrice: 10n, outboundPrice: 40n };
const LISTENER_MS = 30_000;
const OFFER_TTL_MS = 60_000;

/** Starts it; closed with its host. Resolves once somebody listens to its offers. */
export async function startRogue({
  identity,
  chain,
  host,
  log,
  model,
  says,
  tamper,
  forge,
  profile,
}: RogueOptions): Promise<void> {
  const hasher = createCommitmentHasher(chain.domain);
  async function* handle(call: InferCall): AsyncGenerator<ExecutorFrameBody> {
    const { request } = call.frame;
    const contentSalt = bytesToHex(randomBytes(32));
    const answer: Answer = { text: says, inboundTokens: 3, outboundTokens: 5, finishReason: "stop" };
    const requestHash = hasher.hashRequest(request);
    const facts = { request, requestHash, lane: EMPTY_LANE, answer, contentSalt, nowMs: Date.now() };
    const response = tamper(buildResponse(facts), call);
    yield { type: "token", text: says };
    yield {
      type: "response",
      response,
      signature: (forge ?? identity).sign(hasher.hashResponse(response)),
      contentSalt,
    };
  }
  await serveInfer(host, { handle, log });
  const nothing = (): undefined => undefined;
  const exchange = joinOfferTopic(host, {
    stakes: EVERYBODY_STAKED,
    accept: nothing,
    onOffer: nothing,
    onWithdraw: nothing,
    log,
  });
  const offers = new OwnOffers({
    hashOffer: hasher.hashOffer,
    sign: identity.sign,
    ttlMs: OFFER_TTL_MS,
    stands: () => true,
    onMake: nothing,
  });
  const terms = {
    executor: identity.address,
    model,
    weightsHash: ZERO_HASH,
    maxContext: 8192n,
    profile,
  };
  offers.renew([{ ...terms, ...ROGUE_PRICE }], Date.now());
  await eventually("somebody listens", LISTENER_MS, () => exchange.members() > 0);
  const load = { multiaddrs: host.multiaddrs(), capacity: 1, load: 0 };
  const [signed] = offers.list(load, Date.now());
  if (signed !== undefined) await exchange.publish(signed);
}
