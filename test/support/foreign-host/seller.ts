/** An executor of one model, one answer and no memory, written from docs/protocol.md alone. */
import type { Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { getBytes, hexlify, randomBytes, type Wallet } from "ethers";
import { type Item, type Message, toCbor } from "./cbor.ts";
import { answerCall, messagesOf, sendFrame } from "./frames.ts";
import type { Money, Pair } from "./money.ts";
import { type Peer, topicOf } from "./peer.ts";
import {
  contentHash,
  costOf,
  type Drawing,
  deliveryHash,
  digest,
  type Fields,
  fieldsFromWire,
  fieldsToWire,
  type Network,
  paramsHash,
  promptHash,
  sign,
  signerOf,
  type Turn,
  ZERO,
} from "./signing.ts";

export interface SellerParts {
  readonly peer: Peer;
  readonly wallet: Wallet;
  readonly network: Network;
  readonly money: Money;
  readonly model: string;
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  /** Pieces of every answer: a token each. */
  readonly says: readonly string[];
}

const MAX_CONTEXT = 4096n;
const VALID_SECONDS = 600;

/** A seller that is open, with what it has sold. */
export interface ForeignSeller extends AsyncDisposable {
  readonly sold: readonly Pair[];
  /** Tells its offer to the network; returns how many peers took it. */
  tell(): Promise<number>;
  /** Takes no more requests. */
  withdraw(): Promise<number>;
}

/** Joins the network through an address, and serves. */
export async function openSeller(parts: SellerParts, bootstrap: readonly string[]): Promise<ForeignSeller> {
  const { peer, wallet, network, model, inboundPrice, outboundPrice } = parts;
  const executor = wallet.address.toLowerCase();
  const offer: Fields = {
    ...{ executor, offerId: (BigInt(Date.now()) << 22n) | BigInt(Number.parseInt(hexlify(randomBytes(2)), 16)), model },
    ...{ weightsHash: ZERO, profileHash: ZERO, inboundPrice, outboundPrice, maxContext: MAX_CONTEXT },
    validUntil: BigInt(Math.floor(Date.now() / 1000) + VALID_SECONDS),
  };
  const offerHash = digest(network, "offer", offer);
  const signature = sign(wallet, offerHash);
  const sold: Pair[] = [];
  const told = (): Message => ({
    ...{ offer: fieldsToWire("offer", offer), signature, capacity: 1, load: 0, sentAt: Date.now() },
    multiaddrs: peer.getMultiaddrs().map((address) => address.toString()),
  });
  await peer.handle("/lloom/rpc/1", (stream) => answerCall(stream, (question) => replyTo(question, told)));
  await peer.handle("/lloom/infer/1", (stream) => serve(stream, { ...parts, offer, offerHash, sold }));
  const topic = topicOf(network);
  peer.services.pubsub.subscribe(topic);
  for (const address of bootstrap) await peer.dial(multiaddr(address));
  const publish = async (message: Message): Promise<number> =>
    (await peer.services.pubsub.publish(topic, toCbor(message))).recipients.length;
  return {
    sold,
    tell: () => publish({ type: "offer", offer: told() }),
    withdraw: () => publish({ type: "withdraw", executor: getBytes(executor), sentAt: Date.now() }),
    [Symbol.asyncDispose]: async () => {
      await peer.stop();
    },
  };
}

function replyTo({ method }: Message, told: () => Message): Message {
  if (method === "offers") return { offers: [told()] };
  return { error: { code: "UNSUPPORTED", message: "This node does not answer this call." } };
}

interface Serving extends SellerParts {
  readonly offer: Fields;
  readonly offerHash: string;
  readonly sold: Pair[];
}

/** One client's stream. */
async function serve(stream: Stream, serving: Serving): Promise<void> {
  for await (const frame of messagesOf(stream)) {
    const { type, id = 0 } = frame;
    // An answer here is made at once: there is nothing to cancel.
    if (type === "cancel") continue;
    const refusal = await refusalOf(frame, serving);
    if (refusal !== undefined) sendFrame(stream, { type: "error", id, code: refusal, message: "Not taken." });
    else answer(stream, frame, serving);
  }
  await stream.close();
}

/** docs/protocol/requests.md, "What an executor checks of a request". Every lane here is a new one. */
async function refusalOf(frame: Message, serving: Serving): Promise<string | undefined> {
  const { network, money, offer, offerHash, sold } = serving;
  const request = fieldsFromWire("request", frame["request"] as Item);
  const number = (name: string): bigint => request[name] as bigint;
  const turns = frame["messages"] as unknown as Turn[];
  const accepted = { offerHash, weightsHash: ZERO, profileHash: ZERO };
  const ahead = number("deadline") - BigInt(Math.floor(Date.now() / 1000));
  const requestHash = digest(network, "request", request);
  if (request["executor"] !== offer["executor"]) return "REQUEST_INVALID";
  if (hexlify(frame["offerHash"] as Uint8Array) !== offerHash) return "OFFER_UNKNOWN";
  if (request["model"] !== offer["model"]) return "MODEL_NOT_FOUND";
  if (ahead < 10n || ahead > 3600n) return "DEADLINE_INVALID";
  if (number("inboundPrice") < serving.inboundPrice || number("outboundPrice") < serving.outboundPrice)
    return "PRICE_REFUSED";
  if (request["promptHash"] !== promptHash(frame["promptSalt"] as Uint8Array, turns)) return "REQUEST_INVALID";
  if (request["paramsHash"] !== paramsHash(accepted, frame["sampling"] as unknown as Drawing)) return "REQUEST_INVALID";
  if (signerOf(requestHash, frame["signature"] as Item) !== request["client"]) return "SIGNATURE_INVALID";
  if (number("nonce") !== 1n || number("ackedCost") !== 0n || request["prevResponseHash"] !== ZERO)
    return "LANE_OUT_OF_STEP";
  if (number("costCap") < costOf(number("maxInboundTokens"), number("maxOutboundTokens"), serving))
    return "REQUEST_INVALID";
  if (sold.length > 0) return "QUEUE_FULL";
  const room = await money.channel(String(request["client"]), String(request["executor"]));
  return room < number("costCap") ? "CHANNEL_UNDERFUNDED" : undefined;
}

function answer(stream: Stream, frame: Message, { wallet, network, says, sold, ...prices }: Serving): void {
  const { id = 0 } = frame;
  const request = fieldsFromWire("request", frame["request"] as Item);
  const turns = frame["messages"] as unknown as Turn[];
  sendFrame(stream, { type: "status", id, state: "running", position: 0 });
  for (const text of says) sendFrame(stream, { type: "token", id, text });
  const text = says.join("");
  const contentSalt = randomBytes(32);
  const [inboundTokens, outboundTokens] = [BigInt(turns.length), BigInt(says.length)];
  const response: Fields = {
    requestHash: digest(network, "request", request),
    ...{ contentHash: contentHash(contentSalt, text), deliveryHash: deliveryHash(text), traceRoot: ZERO },
    ...{ inboundTokens, outboundTokens, cumulativeCost: costOf(inboundTokens, outboundTokens, prices) },
    ...{ cumulativeInbound: inboundTokens, cumulativeOutbound: outboundTokens },
    ...{ timestamp: BigInt(Math.floor(Date.now() / 1000)), finishReason: 1n },
  };
  const executorSignature = sign(wallet, digest(network, "response", response));
  sold.push({ request, response, clientSignature: frame["signature"], executorSignature });
  sendFrame(stream, {
    ...{
      type: "response",
      id,
      response: fieldsToWire("response", response),
      signature: executorSignature,
      contentSalt,
    },
  });
}
