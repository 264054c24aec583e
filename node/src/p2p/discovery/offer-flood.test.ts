import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { type Address, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import type { SignedOffer } from "@lloom/protocol/messages";
import { signDigest } from "@lloom/protocol/signatures";
import { afterAll, beforeAll, expect, test } from "vitest";
import { floodKey } from "../../../../test/support/attack/cast.ts";
import { FloodKey } from "../../../../test/support/attack/flood-key.ts";
import { blamed, NETWORK, silentLog, startHost, until } from "../../../../test/support/hosts.ts";
import { type Stake, StakeView } from "../../chain/read/stake-view.ts";
import type { Host } from "../host/host.ts";
import { joinOfferTopic, type OfferTopic } from "./offer-topic.ts";

const KEYS = 100;
const FLOOD = 400;
const hasher = createCommitmentHasher({ chainId: NETWORK.chainId, accounting: NETWORK.accounting as Address });
const STAKED: Stake = { active: true, amount: 1n, isMember: true };
const NOTHING: Stake = { active: false, amount: 0n, isMember: false };

/** Who has a stake on the chain of this test. */
const KNOWN: Address = `0x${"ab".repeat(20)}`;
const members = new Set<Address>();

interface Member {
  readonly host: Host;
  readonly exchange: OfferTopic;
  readonly offers: SignedOffer[];
  /** Executors whose signatures were checked. */
  readonly checked: Address[];
  readonly stakes: StakeView;
  /** Executors that the chain was asked about. */
  readonly read: Address[];
}

function join(host: Host, wantsStrangers = false): Member {
  const [offers, checked, read]: [SignedOffer[], Address[], Address[]] = [[], [], []];
  const stakes = new StakeView({
    read: async (executor) => {
      read.push(executor);
      return members.has(executor) ? STAKED : NOTHING;
    },
    peers: host,
  });
  const accept = ({ offer: { executor } }: SignedOffer): undefined => {
    checked.push(executor);
  };
  const onOffer = (signed: SignedOffer): number => offers.push(signed);
  const exchange = joinOfferTopic(host, {
    ...{ stakes, wantsStrangers, accept, onOffer, onWithdraw: () => undefined, log: silentLog },
  });
  return { host, exchange, stakes, offers, checked, read };
}

const secret = randomBytes(32);
const stack = new AsyncDisposableStack();
let [newcomer, flooder, middle, observer]: Member[] = [];

/* A star: newcomer, flooder and observer know the middle alone. What the observer hears, the middle has passed on. */
beforeAll(async () => {
  middle = join(stack.use(await startHost()));
  const bootstrap = middle.host.multiaddrs();
  const start = async (own: Uint8Array): Promise<Member> =>
    join(stack.use(await startHost({ bootstrap, secret: own, dhtServer: false })));
  [newcomer, flooder, observer] = await Promise.all([start(secret), start(randomBytes(32)), start(randomBytes(32))]);
  await until("the middle knows all", () => middle?.exchange.members() === 3);
  // What is published before its sender knows of a listener goes to nobody.
  await until("all know the middle", () =>
    [newcomer, flooder, observer].every((member) => member?.exchange.members() === 1),
  );
});
afterAll(() => stack.disposeAsync());

const offerOf = ({ host }: Pick<Member, "host">): SignedOffer => {
  const offer = {
    ...{ executor: host.address, offerId: 1n, model: "lloom-tiny", weightsHash: ZERO_HASH, profileHash: ZERO_HASH },
    ...{ inboundPrice: 1n, outboundPrice: 2n, maxContext: 2_048n, validUntil: 2_000_000_000n },
  };
  const signature = signDigest(hasher.hashOffer(offer), secret);
  return { offer, signature, multiaddrs: [], capacity: 4, load: 0, sentAt: Date.now() };
};

test("a flood of keys without stake costs no signature and few reads, goes no further, and holds up no newcomer", async () => {
  if (!newcomer || !flooder || !middle || !observer) throw new RangeError("Nobody is there.");
  const keys = Array.from({ length: KEYS }, (_, index) => new FloodKey(floodKey(7, index), hasher.hashOffer));
  const flood = async (): Promise<void> => {
    for (let turn = 0; turn < FLOOD; turn += 1) await keys[turn % KEYS]?.gossip((flooder as Member).host);
  };
  members.add(newcomer.host.address);
  // Whoever knows of no member holds nothing against anybody: the server might be wrong about everybody.
  members.add(KNOWN);
  await middle.stakes.get(KNOWN);
  const flooding = flood();
  await until("the flood has begun", () => (middle?.read.length ?? 0) > 1);
  while (observer.offers.length === 0) {
    await newcomer.exchange.publish(offerOf(newcomer));
    await delay(50);
  }
  await flooding;
  const { host } = flooder;
  await until("the flooder is blamed", () => middle?.host.isBlamed(host.peerId) === true);
  expect(blamed(middle.host, host.peerId)).toBeGreaterThan(0);

  expect(new Set(middle.checked)).toEqual(new Set([newcomer.host.address]));
  // 42 until it is blamed, as many as may be under way by then, the newcomer, and who was known.
  expect(middle.read.length).toBeLessThanOrEqual(42 + 32 + 2);
  expect(new Set(observer.offers.map(({ offer }) => offer.executor))).toEqual(new Set([newcomer.host.address]));
  expect(observer.read).toEqual([newcomer.host.address]);
  expect(blamed(observer.host, middle.host.peerId)).toBe(0);
});

test("who wants strangers hears one without stake, and passes on none", async () => {
  await using middle = await startHost();
  const start = () => startHost({ bootstrap: middle.multiaddrs(), dhtServer: false });
  await using poor = await start();
  await using staked = await start();
  await using end = await start();
  members.add(staked.address);
  const client = join(middle, true);
  const [stranger, executor, observer] = [join(poor), join(staked), join(end)];
  await until("the middle knows all", () => client.exchange.members() === 3);
  const names = ({ offers }: Member): Set<Address> => new Set(offers.map(({ offer }) => offer.executor));
  while (!names(client).has(poor.address) || !names(observer).has(staked.address)) {
    await stranger.exchange.publish(offerOf(stranger));
    await executor.exchange.publish(offerOf(executor));
    await delay(50);
  }
  expect(names(client)).toEqual(new Set([poor.address, staked.address]));
  expect(observer.read).toEqual([staked.address]);
});
