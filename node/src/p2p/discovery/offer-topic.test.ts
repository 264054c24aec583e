import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { OfferGossip, SignedOffer } from "@lloom/protocol/messages";
import { offersTopic } from "@lloom/protocol/names";
import { recoverAddress, signDigest } from "@lloom/protocol/signatures";
import { encodeOfferGossip } from "@lloom/protocol/wire";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blamed, EVERYBODY_STAKED, NETWORK, silentLog, startHost, until } from "../../../../test/support/hosts.ts";
import type { Host } from "../host/host.ts";
import { joinOfferTopic, type OfferTopic } from "./offer-topic.ts";

const hasher = createCommitmentHasher({ chainId: NETWORK.chainId, accounting: NETWORK.accounting as Address });

function signedOffer(secret: Uint8Array, executor: Address, change: Partial<SignedOffer> = {}): SignedOffer {
  const offer = {
    executor,
    offerId: 1n,
    model: "lloom-tiny",
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
    inboundPrice: 1n,
    outboundPrice: 2n,
    maxContext: 2_048n,
    validUntil: 2_000_000_000n,
  };
  const signature = signDigest(hasher.hashOffer(offer), secret);
  return { offer, signature, multiaddrs: [], capacity: 4, load: 0, sentAt: Date.now(), ...change };
}

/** Marks an offer that the judge takes for over. */
const OVER = "/over";
const accept = (signed: SignedOffer) => {
  if (signed.multiaddrs.includes(OVER)) return { message: "Offer ended.", isTime: true };
  const isSigned = recoverAddress(hasher.hashOffer(signed.offer), signed.signature) === signed.offer.executor;
  return isSigned ? undefined : { message: "Not signed.", isTime: false };
};

interface Member {
  host: Host;
  exchange: OfferTopic;
  offers: SignedOffer[];
  withdrawn: Address[];
}

function join(host: Host): Member {
  const offers: SignedOffer[] = [];
  const withdrawn: Address[] = [];
  const exchange = joinOfferTopic(host, {
    stakes: EVERYBODY_STAKED,
    accept,
    onOffer: (signed) => offers.push(signed),
    onWithdraw: (executor) => withdrawn.push(executor),
    log: silentLog,
  });
  return { host, exchange, offers, withdrawn };
}

/* A line: executor - middle - observer. What the observer sees, the middle has forwarded. */
const secret = randomBytes(32);
const strangerSecret = randomBytes(32);
let executor: Member;
let stranger: Member;
let middle: Member;
let observer: Member;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const middleHost = stack.use(await startHost());
  const bootstrap = middleHost.multiaddrs();
  const start = async (secretOfHost: Uint8Array) =>
    join(stack.use(await startHost({ bootstrap, secret: secretOfHost, dhtServer: false })));
  middle = join(middleHost);
  [executor, stranger, observer] = await Promise.all([start(secret), start(strangerSecret), start(randomBytes(32))]);
  await until("all are in the exchange", () => middle.exchange.members() === 3);
  await until("the mesh stands", () =>
    [executor, stranger, observer].every(({ exchange }) => exchange.members() === 1),
  );
  // Forwarding needs a mesh, which gossipsub builds at its heartbeats.
  for (let sent = 0; observer.offers.length === 0 && sent < 40; sent += 1) {
    await executor.exchange.publish(signedOffer(secret, executor.host.address));
    await delay(100);
  }
});
afterAll(async () => {
  await stack.disposeAsync();
});
beforeEach(() => {
  for (const { offers, withdrawn } of [middle, observer]) {
    offers.length = 0;
    withdrawn.length = 0;
  }
});

const publishRaw = (host: Host, gossip: OfferGossip | Uint8Array) => {
  const data = gossip instanceof Uint8Array ? gossip : encodeOfferGossip(gossip);
  return host.libp2p.services.pubsub.publish(offersTopic(NETWORK), data);
};

/** The stranger's own good offer comes after what it sent before: then that was judged. */
async function strangerIsHeard(): Promise<SignedOffer> {
  const own = signedOffer(strangerSecret, stranger.host.address);
  await stranger.exchange.publish(own);
  await until("the stranger's offer", () => observer.offers.some(({ sentAt }) => sentAt === own.sentAt));
  return own;
}

test("an offer reaches everyone, also those not connected to its executor, unchanged", async () => {
  const offer = signedOffer(secret, executor.host.address, { capacity: 7, multiaddrs: executor.host.multiaddrs() });
  expect(await executor.exchange.publish(offer)).toBe(1);
  await until("both have it", () => middle.offers.length === 1 && observer.offers.length === 1);
  expect(middle.offers).toEqual([offer]);
  expect(observer.offers).toEqual([offer]);
});

test("a withdrawal is the executor's own, and an offer from before it is not taken after it", async () => {
  const offer = signedOffer(secret, executor.host.address, { sentAt: Date.now() - 1_000 });
  await publishRaw(stranger.host, { type: "withdraw", executor: executor.host.address, sentAt: Date.now() });
  await strangerIsHeard();
  expect(observer.withdrawn).toEqual([]);

  await executor.exchange.withdraw();
  await until("both know", () => middle.withdrawn.length === 1 && observer.withdrawn.length === 1);
  expect(observer.withdrawn).toEqual([executor.host.address]);
  await executor.exchange.publish(offer);
  const fresh = signedOffer(secret, executor.host.address, { sentAt: Date.now() + 5 });
  await executor.exchange.publish(fresh);
  await until("the fresh offer", () => observer.offers.some(({ sentAt }) => sentAt === fresh.sentAt));
  expect(observer.offers.filter(({ offer: { executor: of } }) => of === executor.host.address)).toEqual([fresh]);
});

test.each([
  ["another's offer, however well signed", () => signedOffer(secret, executor.host.address)],
  ["an offer in its own name with another's signature", () => signedOffer(secret, stranger.host.address)],
])("%s is refused and not passed on", async (_name, forged) => {
  await publishRaw(stranger.host, { type: "offer", offer: forged() });
  const own = await strangerIsHeard();
  expect(middle.offers).toEqual([own]);
  expect(observer.offers).toEqual([own]);
});

test.each([
  ["too old", -11 * 60_000],
  ["from the future", 5 * 60_000],
])("an offer that is %s is ignored", async (_name, offsetMs) => {
  const offer = signedOffer(strangerSecret, stranger.host.address, { sentAt: Date.now() + offsetMs });
  await stranger.exchange.publish(offer);
  expect(await strangerIsHeard()).toEqual(observer.offers[0]);
  expect(middle.offers).toHaveLength(1);
});

test("whoever passes on what is only off in time is not punished for it", async () => {
  const sendOffTime = async (): Promise<void> => {
    for (const offsetMs of [-11 * 60_000, 5 * 60_000]) {
      await executor.exchange.publish(signedOffer(secret, executor.host.address, { sentAt: Date.now() + offsetMs }));
    }
    // Over by the middle's clock, though sent just now: its judge calls that a matter of time.
    await executor.exchange.publish(signedOffer(secret, executor.host.address, { multiaddrs: [OVER] }));
  };
  for (let round = 0; round < 5; round += 1) await sendOffTime();
  const fresh = signedOffer(secret, executor.host.address, { sentAt: Date.now() + 5 });
  await executor.exchange.publish(fresh);
  await until("the fresh offer", () => observer.offers.some(({ sentAt }) => sentAt === fresh.sentAt));
  expect(blamed(middle.host, executor.host.peerId)).toBe(0);
  expect(middle.offers.some(({ multiaddrs }) => multiaddrs.includes(OVER))).toBe(false);
});

test("garbage is refused, and costs its sender the exchange, not the connection of others", async () => {
  await publishRaw(stranger.host, Uint8Array.of(0xff, 0x00));
  const own = await strangerIsHeard();
  expect(observer.offers).toEqual([own]);
  for (let sent = 0; sent < 12; sent += 1) await publishRaw(stranger.host, Uint8Array.of(0xff, sent));
  await executor.exchange.publish(signedOffer(secret, executor.host.address));
  await until("the executor is still heard", () => observer.offers.length === 2);
});

test("the first node of a network can publish to nobody", async () => {
  await using alone = await startHost();
  await using exchange = join(alone).exchange;
  expect(await exchange.publish(signedOffer(secret, alone.address))).toBe(0);
});
