/** A client, written from docs/protocol.md alone. */
import type { Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { getBytes, hexlify, randomBytes, toUtf8Bytes, type Wallet } from "ethers";
import type { Item, Message } from "./cbor.ts";
import { call, messagesOf, sendFrame } from "./frames.ts";
import type { Peer } from "./peer.ts";
import {
  contentHash,
  costOf,
  type Drawing,
  deliveryHash,
  digest,
  type Fields,
  fieldsFromWire,
  fieldsToWire,
  mostPromptTokens,
  type Network,
  paramsHash,
  promptHash,
  sign,
  signerOf,
  type Turn,
  ZERO,
} from "./signing.ts";

export interface BuyerParts {
  readonly peer: Peer;
  readonly wallet: Wallet;
  readonly network: Network;
}

/** An offer that was checked. */
export interface KnownOffer {
  readonly offer: Fields;
  readonly offerHash: string;
  readonly multiaddrs: readonly string[];
}

/** A lane as both sides know it. */
export interface Lane {
  readonly lane: bigint;
  readonly nonce: bigint;
  readonly cost: bigint;
  readonly inbound: bigint;
  readonly outbound: bigint;
  readonly responseHash: string;
}

/** What was bought. */
export interface Bought {
  readonly text: string;
  /** Frames as they came. */
  readonly frames: readonly string[];
  readonly request: Fields;
  readonly response: Fields;
  readonly requestHash: string;
  readonly responseHash: string;
  readonly clientSignature: Message;
  readonly executorSignature: Message;
  readonly cost: bigint;
  /** After it. */
  readonly lane: Lane;
}

export interface Wanted {
  readonly turns: readonly Turn[];
  readonly drawing: Drawing;
  readonly maxOutboundTokens: bigint;
}

export const newLane = (): Lane => ({
  ...{ lane: BigInt(hexlify(randomBytes(8))), nonce: 0n, cost: 0n, inbound: 0n, outbound: 0n },
  responseHash: ZERO,
});

/** What an answer would cost at most. */
export const mostCost = ({ offer }: KnownOffer, { turns, maxOutboundTokens }: Wanted): bigint =>
  costOf(mostPromptTokens(turns), maxOutboundTokens, pricesOf(offer));

const pricesOf = (fields: Fields) => ({
  inboundPrice: fields["inboundPrice"] as bigint,
  outboundPrice: fields["outboundPrice"] as bigint,
});

/** The offers that a peer tells, those that are right. */
export async function offersOf({ peer, network }: BuyerParts, addresses: readonly string[]): Promise<KnownOffer[]> {
  const stream = await peer.dialProtocol(
    addresses.map((address) => multiaddr(address)),
    "/lloom/rpc/1",
  );
  const { offers } = await call(stream, { method: "offers" });
  return (offers as Message[]).flatMap((told) => {
    const offer = fieldsFromWire("offer", told["offer"] as Item);
    const offerHash = digest(network, "offer", offer);
    if (signerOf(offerHash, told["signature"] as Item) !== offer["executor"]) return [];
    return [{ offer, offerHash, multiaddrs: told["multiaddrs"] as string[] }];
  });
}

/** The stream to an executor, on which all requests to it go. */
export interface Line extends AsyncDisposable {
  readonly stream: Stream;
  readonly messages: AsyncGenerator<Message>;
  /** Of the last request. */
  id: number;
}

export async function openLine({ peer }: BuyerParts, { multiaddrs }: KnownOffer): Promise<Line> {
  const stream = await peer.dialProtocol(
    multiaddrs.map((address) => multiaddr(address)),
    "/lloom/infer/1",
  );
  return { stream, messages: messagesOf(stream), id: 0, [Symbol.asyncDispose]: () => stream.close() };
}

/** What is asked, and of whom. */
export interface Order {
  readonly known: KnownOffer;
  readonly wanted: Wanted;
  /** Before the answer. */
  readonly before: Lane;
  /** Wants no more once there is text. */
  readonly cancels?: boolean;
}

/** Buys one answer: docs/protocol/requests.md. Throws what the executor says, and what is wrong with its answer. */
export async function buy(
  parts: BuyerParts,
  line: Line,
  { known, wanted, before, cancels = false }: Order,
): Promise<Bought> {
  const { network, wallet } = parts;
  const { offer, offerHash } = known;
  const { turns, drawing, maxOutboundTokens } = wanted;
  const promptSalt = randomBytes(32);
  const accepted = { offerHash, weightsHash: String(offer["weightsHash"]), profileHash: String(offer["profileHash"]) };
  const request: Fields = {
    ...{ client: wallet.address.toLowerCase(), executor: offer["executor"] as string, model: offer["model"] as string },
    promptHash: promptHash(promptSalt, turns),
    paramsHash: paramsHash(accepted, drawing),
    ...{ maxInboundTokens: mostPromptTokens(turns), maxOutboundTokens },
    ...pricesOf(offer),
    ...{ lane: before.lane, nonce: before.nonce + 1n, ackedCost: before.cost },
    costCap: before.cost + mostCost(known, wanted),
    prevResponseHash: before.responseHash,
    deadline: BigInt(Math.floor(Date.now() / 1000) + 600),
  };
  const requestHash = digest(network, "request", request);
  const clientSignature = sign(wallet, requestHash);
  line.id += 1;
  const { id } = line;
  sendFrame(line.stream, {
    ...{ type: "request", id, request: fieldsToWire("request", request), signature: clientSignature, promptSalt },
    messages: turns.map((turn) => ({ ...turn })),
    sampling: { ...drawing },
    weightsHash: getBytes(accepted.weightsHash),
    profileHash: getBytes(accepted.profileHash),
    offerHash: getBytes(offerHash),
  });
  const frames: string[] = [];
  let text = "";
  for (;;) {
    const { value: frame } = await line.messages.next();
    if (frame === undefined) throw new Error("the stream ended without a last frame");
    if (frame["id"] !== id && frame["id"] !== 0) throw new Error("a frame of no request");
    frames.push(String(frame["type"]));
    if (frame["type"] === "token") {
      if (cancels && text === "") sendFrame(line.stream, { type: "cancel", id });
      text += String(frame["text"]);
    }
    if (frame["type"] === "error") throw new Error(`${frame["code"]}: ${frame["message"]}`);
    if (frame["type"] !== "response") continue;
    const answer = { response: fieldsFromWire("response", frame["response"] as Item), text, frame };
    const { responseHash, cost, lane } = checked({ network, request, requestHash, before }, answer);
    const executorSignature = frame["signature"] as Message;
    const signatures = { clientSignature, executorSignature };
    return { text, frames, request, response: answer.response, requestHash, responseHash, ...signatures, cost, lane };
  }
}

interface Asked {
  readonly network: Network;
  readonly request: Fields;
  readonly requestHash: string;
  readonly before: Lane;
}

interface Answer {
  readonly response: Fields;
  readonly text: string;
  readonly frame: Message;
}

/** docs/protocol/requests.md, "What a client checks of a response", in its order. */
function checked({ network, request, requestHash, before }: Asked, { response, text, frame }: Answer) {
  const require = (holds: boolean, what: string): void => {
    if (!holds) throw new Error(`RESPONSE_INVALID: ${what}`);
  };
  const number = (name: string): bigint => response[name] as bigint;
  const responseHash = digest(network, "response", response);
  const [inbound, outbound] = [number("inboundTokens"), number("outboundTokens")];
  const cost = costOf(inbound, outbound, pricesOf(request));
  const total = before.cost + cost;
  require(signerOf(responseHash, frame["signature"] as Item) === request["executor"], "signature");
  require(response["requestHash"] === requestHash, "requestHash");
  require(inbound <= (request["maxInboundTokens"] as bigint), "inboundTokens");
  require(outbound <= (request["maxOutboundTokens"] as bigint), "outboundTokens");
  require(number("cumulativeCost") === total && total <= (request["costCap"] as bigint), "cumulativeCost");
  require(number("cumulativeInbound") === before.inbound + inbound, "cumulativeInbound");
  require(number("cumulativeOutbound") === before.outbound + outbound, "cumulativeOutbound");
  require(text !== "" && [1n, 2n, 3n].includes(number("finishReason")), "finishReason");
  require(outbound <= BigInt(toUtf8Bytes(text).length + 4), "outboundTokens of the text");
  require(response["contentHash"] === contentHash(frame["contentSalt"] as Uint8Array, text), "contentHash");
  require(response["deliveryHash"] === deliveryHash(text), "deliveryHash");
  const lane = {
    ...{ lane: before.lane, nonce: before.nonce + 1n, cost: total },
    ...{ inbound: before.inbound + inbound, outbound: before.outbound + outbound, responseHash },
  };
  return { responseHash, cost, lane };
}

/** Says that the last answer of a lane is here: docs/protocol/calls.md. */
export async function acknowledge(parts: BuyerParts, known: KnownOffer, bought: Bought): Promise<Message> {
  const { peer, network, wallet } = parts;
  const { requestHash, responseHash } = bought;
  const stream = await peer.dialProtocol(
    known.multiaddrs.map((address) => multiaddr(address)),
    "/lloom/rpc/1",
  );
  return call(stream, {
    method: "acknowledge",
    ...{ requestHash: getBytes(requestHash), responseHash: getBytes(responseHash) },
    signature: sign(wallet, digest(network, "ack", { requestHash, responseHash })),
  });
}
