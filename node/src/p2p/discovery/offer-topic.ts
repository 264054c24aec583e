import type { Message } from "@libp2p/gossipsub";
import { TopicValidatorResult } from "@libp2p/gossipsub";
import type { Address } from "@lloom/protocol/commitment-types";
import type { OfferGossip, SignedOffer } from "@lloom/protocol/messages";
import { offersTopic } from "@lloom/protocol/names";
import type { OfferProblem } from "@lloom/protocol/offers";
import { decodeOfferGossip, encodeOfferGossip } from "@lloom/protocol/wire";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Clock, wallClock } from "../../primitives/clock.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";
import { OFFER_RATE } from "../limits.ts";
import { GossipGate, type Stakes } from "./gossip-gate.ts";

/** Older gossip is a replay or was under way too long; newer than this, the sender's clock is wrong. */
const MAX_AGE_MS = 10 * 60_000;
const MAX_AHEAD_MS = 2 * 60_000;
/** Executors whose last word is remembered. */
const REMEMBERED_EXECUTORS = 16_384;

export interface OfferTopicOptions {
  /** Offers of keys without stake are passed on to nobody. */
  readonly stakes: Stakes;
  /** Whether this node listens to a few of them all the same. */
  readonly wantsStrangers?: boolean;
  /** Why an offer is not to be believed (its signature, its validity), or `undefined`. Must be quick: it runs per message. */
  readonly accept: (signed: SignedOffer) => OfferProblem | undefined;
  readonly onOffer: (signed: SignedOffer, from: { readonly peerId: string }) => void;
  /** The executor takes no more requests. */
  readonly onWithdraw: (executor: Address) => void;
  readonly log: Log;
  /** Unix milliseconds; the system's clock unless given. */
  readonly clock?: Clock;
}

/** Membership in the network's exchange of offers. Disposing of it leaves the topic. */
export interface OfferTopic extends AsyncDisposable {
  /** Sends one of this node's own offers; returns how many peers it went to first. */
  publish(signed: SignedOffer): Promise<number>;
  /** Says that this node takes no more requests. */
  withdraw(): Promise<number>;
  /** Peers in the exchange that this node is connected to. */
  members(): number;
}

/**
 * Joins the gossip of offers. Only what is well formed, from the executor itself (gossipsub's signature proves the sender,
 * the peer id is the wallet), with something at stake, and accepted is passed on to others; everything else costs its forwarder score. What is only
 * off in time costs nobody anything: this node's own clock may be the wrong one.
 */
export function joinOfferTopic(host: Host, options: OfferTopicOptions): OfferTopic {
  const { pubsub } = host.libp2p.services;
  const topic = offersTopic(host.network);
  const clock = options.clock ?? wallClock;
  /** The longest silent are forgotten first. */
  const speakers = new BoundedMap<Address, Speaker>({ most: REMEMBERED_EXECUTORS });

  const { stakes, wantsStrangers = false } = options;
  const gate = new GossipGate(host, pubsub, { stakes, wantsStrangers });
  pubsub.topicValidators.set(topic, (_forwarder, message) => {
    try {
      return validateMessage(message, { options, speakers, nowMs: clock() });
    } catch (thrown) {
      // Only a callback can fail here; the message is not to blame.
      options.log.error({ err: thrown }, "an offer could not be judged");
      return TopicValidatorResult.Ignore;
    }
  });
  pubsub.subscribe(topic);

  let sentAt = 0;
  /** Two words within a millisecond must still be in order. */
  const nextSentAt = () => {
    sentAt = Math.max(clock(), sentAt + 1);
    return sentAt;
  };
  const send = async (gossip: OfferGossip) =>
    (await pubsub.publish(topic, encodeOfferGossip(gossip))).recipients.length;
  return {
    publish: (signed) => {
      sentAt = Math.max(sentAt, signed.sentAt);
      return send({ type: "offer", offer: signed });
    },
    withdraw: () => send({ type: "withdraw", executor: host.address, sentAt: nextSentAt() }),
    members: () => pubsub.getSubscribers(topic).length,
    [Symbol.asyncDispose]: async () => {
      pubsub.unsubscribe(topic);
      pubsub.topicValidators.delete(topic);
      gate[Symbol.dispose]();
    },
  };
}

interface ValidationParts {
  readonly options: OfferTopicOptions;
  readonly speakers: BoundedMap<Address, Speaker>;
  readonly nowMs: number;
}

/** Reject: nobody honest sends or forwards this. Ignore: off in time or repeated, nobody's fault. */
function validateMessage(message: Message, { options, speakers, nowMs }: ValidationParts): TopicValidatorResult {
  const gossip = decoded(message);
  if (gossip === undefined || message.type !== "signed" || message.from.type !== "secp256k1") {
    return TopicValidatorResult.Reject;
  }
  const peerId = message.from.toString();
  const executor = gossip.type === "offer" ? gossip.offer.offer.executor : gossip.executor;
  if (peerAddress(peerId) !== executor) return TopicValidatorResult.Reject;

  const sentAt = gossip.type === "offer" ? gossip.offer.sentAt : gossip.sentAt;
  if (sentAt < nowMs - MAX_AGE_MS || sentAt > nowMs + MAX_AHEAD_MS) {
    options.log.debug({ peer: peerId, aheadMs: sentAt - nowMs }, "an offer's time is too far from this clock's");
    return TopicValidatorResult.Ignore;
  }
  const speaker = speakers.getOrInsert(executor, newSpeaker);
  if (sentAt < speaker.sentAt || !speaker.rate.take()) return TopicValidatorResult.Ignore;
  // Stake is what a place in everybody's memory costs.
  const verdict =
    options.stakes.isStaked(executor) === true ? TopicValidatorResult.Accept : TopicValidatorResult.Ignore;
  if (gossip.type === "withdraw") {
    speaker.sentAt = sentAt;
    options.onWithdraw(executor);
    return verdict;
  }
  const problem = options.accept(gossip.offer);
  if (problem !== undefined) {
    options.log.debug({ peer: peerId, problem: problem.message }, "offer refused");
    return problem.isTime ? TopicValidatorResult.Ignore : TopicValidatorResult.Reject;
  }
  speaker.sentAt = sentAt;
  options.onOffer(gossip.offer, { peerId });
  return verdict;
}

function decoded(message: Message): OfferGossip | undefined {
  try {
    return decodeOfferGossip(message.data);
  } catch {
    return undefined;
  }
}

interface Speaker {
  /** Time of the newest word that was taken; an older offer must not undo a withdrawal. Several may share one time. */
  sentAt: number;
  readonly rate: TokenBucket;
}

const newSpeaker = (): Speaker => ({ sentAt: 0, rate: new TokenBucket(OFFER_RATE) });
