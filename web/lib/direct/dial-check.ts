import { newSession } from "@lloom/browser/session";
import type { Address } from "@lloom/protocol/commitment-types";
import { asLloomError, LloomError } from "@lloom/protocol/lloom-error";
import type { SignedOffer } from "@lloom/protocol/messages";
import { nowSeconds } from "../clock.ts";
import { outsideWords } from "../guard/outside-words.ts";
import { dialable, transportOf } from "./dialable.ts";
import { domainOf, type ToldNetwork } from "./network.ts";
import { openClient, type PageClient } from "./open-client.ts";

/** A step of the check, in words. */
export interface DialFinding {
  readonly name: "offer" | "path" | "peer" | "distance" | "word";
  readonly what: string;
  readonly state: "right" | "wrong" | "open";
  readonly says: string;
}

export interface DialCheck {
  readonly network: ToldNetwork;
  readonly executor: Address;
  /** The peer id that it registered; null where the index has none. */
  readonly peerId: string | null;
  /** Whether the page came by HTTPS. */
  readonly isSecure: boolean;
  /** How a client is opened; the page's own way unless given. */
  readonly open?: typeof openClient;
}

const MOST_WORDS = 300;

/**
 * Dials an executor from this page, and says step by step what was found: what it offers by whose signature, how it is reached, that it has
 * the key, how far away it is, and what it offers itself. Ends at the first step that leaves nothing to go on with.
 */
export async function* dialCheck(check: DialCheck): AsyncGenerator<DialFinding> {
  const { network, isSecure, open = openClient } = check;
  const validators = dialable(network.bootstrap, isSecure);
  if (validators.why !== undefined) {
    const says =
      network.bootstrap.length === 0
        ? "This explorer is told of no validator, so that this page cannot learn where the executor is."
        : `No validator that this explorer names can be dialled from here. ${validators.why}`;
    yield { name: "offer", what: "the offer", state: "open", says };
    return;
  }
  const { secret, address } = newSession();
  const client = await open({ domain: domainOf(network), principal: address, secret });
  try {
    yield* withClient(client, validators.addresses, check);
  } finally {
    await client.close();
  }
}

async function* withClient(
  client: PageClient,
  validators: readonly string[],
  { executor, peerId, isSecure }: DialCheck,
): AsyncGenerator<DialFinding> {
  const offers = await heardOffers(client, validators, executor);
  if (offers instanceof LloomError) {
    yield { name: "offer", what: "the offer", state: "open", says: `No validator answers this page: ${words(offers)}` };
    return;
  }
  const [offer] = offers;
  if (offer === undefined) {
    const says = "validators have heard no offer of it in the last minutes: it is off, or it sells nothing now.";
    yield { name: "offer", what: "the offer", state: "wrong", says };
    return;
  }
  yield { name: "offer", what: "the offer", state: "right", says: offerWords(offers) };
  const { addresses, why } = dialable(offer.multiaddrs, isSecure);
  if (why !== undefined) {
    yield { name: "path", what: "the way there", state: "open", says: `${why} A gateway or a node reaches it.` };
    return;
  }
  try {
    const reached = await client.reach(addresses);
    yield {
      name: "path",
      what: "the way there",
      state: "right",
      says: `${transportOf(reached.address)}, at ${placeOf(reached.address)}`,
    };
    yield peerFinding(reached, { executor, peerId });
    yield {
      name: "distance",
      what: "a round trip",
      state: "right",
      says: `${reached.roundTripMs} ms from this browser`,
    };
    yield await ownWord(client, addresses, executor);
  } catch (thrown) {
    const says = `nobody answers at ${addresses.map(placeOf).join(" or ")}: ${words(asLloomError(thrown))} It may be off, or behind a firewall or router that lets nobody in.`;
    yield { name: "path", what: "the way there", state: "wrong", says };
  }
}

/** Its offers, by validators: only those with its own signature. */
async function heardOffers(
  client: PageClient,
  validators: readonly string[],
  executor: Address,
): Promise<readonly SignedOffer[] | LloomError> {
  try {
    return (await client.offers(validators, { executor })).filter(({ offer }) => offer.executor === executor);
  } catch (thrown) {
    return asLloomError(thrown);
  }
}

function offerWords(offers: readonly SignedOffer[]): string {
  const [first] = offers;
  const models = [...new Set(offers.map(({ offer }) => outsideWords(offer.model, 60)))];
  const seconds = Number(first?.offer.validUntil ?? 0n) - nowSeconds();
  return `of ${models.slice(0, 5).join(", ")}, signed by ${first?.offer.executor}, the executor's own key; good for another ${seconds} s`;
}

function peerFinding(
  { peer, peerId: found }: { readonly peer: Address; readonly peerId: string },
  { executor, peerId }: Pick<DialCheck, "executor" | "peerId">,
): DialFinding {
  const line = { name: "peer", what: "the peer id" } as const;
  if (peer !== executor)
    return { ...line, state: "wrong", says: `somebody else answers there: ${peer}, with the peer id ${found}` };
  const registered =
    peerId === null ? "" : peerId === found ? ", the one that it registered" : `; it registered ${peerId}`;
  const state = peerId === null || peerId === found ? "right" : "wrong";
  return { ...line, state, says: `${found}, proven by the handshake${registered}` };
}

/** What it says itself, over the connection that is its own. */
async function ownWord(client: PageClient, addresses: readonly string[], executor: Address): Promise<DialFinding> {
  const line = { name: "word", what: "what it offers itself" } as const;
  const own = await heardOffers(client, addresses, executor);
  if (own instanceof LloomError) return { ...line, state: "wrong", says: `it does not say: ${words(own)}` };
  const [first] = own;
  if (first === undefined) return { ...line, state: "wrong", says: "nothing, though validators have an offer of it" };
  const load = first.load === undefined ? "" : `; ${first.load} of ${first.capacity} places are taken`;
  return {
    ...line,
    state: "right",
    says: `${own.length} ${own.length === 1 ? "offer" : "offers"}, signed by its key${load}`,
  };
}

/** An address without what names the peer and the certificate. */
const placeOf = (address: string): string => address.replace(/\/(?:certhash|p2p)\/.*$/, "");

const words = ({ message }: LloomError): string => outsideWords(message, MOST_WORDS);
