import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import type { GossipSub } from "@libp2p/gossipsub";
import type { RPC } from "@libp2p/gossipsub/message";
import type { PeerId } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import type { Address } from "@lloom/protocol/commitment-types";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { testIdentity } from "../../../../test/support/exchange.ts";
import { GossipGate } from "./gossip-gate.ts";

const keyOf = (name: string) => {
  const { secret, address } = testIdentity(`gate ${name}`);
  return { peerId: peerIdFromPrivateKey(privateKeyFromRaw(secret)), address };
};
const HONEST = keyOf("honest");
const NEIGHBOUR = keyOf("neighbour");
const STRANGERS = Array.from({ length: 40 }, (_, index) => keyOf(`stranger ${index}`));

const messageOf = (author: PeerId, bytes = 100): RPC.Message => ({
  from: author.toMultihash().bytes,
  data: new Uint8Array(bytes),
  topic: "offers",
});
const rpcOf = (...messages: RPC.Message[]): RPC => ({ subscriptions: [], messages });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A gate before something that counts what it lets in. */
function stage({ wantsStrangers = false }: { readonly wantsStrangers?: boolean } = {}) {
  const passed: RPC.Message[] = [];
  const asked: Address[] = [];
  const blamed: string[] = [];
  const expelled: string[] = [];
  const staked = new Set<Address>();
  const answers: (() => void)[] = [];
  const inlet = {
    handleReceivedRpc: async (_from: PeerId, { messages }: RPC): Promise<void> => void passed.push(...messages),
  };
  const host = {
    blame: (peerId: string): void => void blamed.push(peerId),
    isBlamed: (peerId: string): boolean => blamed.filter((one) => one === peerId).length > 32,
    isBanned: (peerId: string): boolean => expelled.includes(peerId),
    expel: async (peerId: string): Promise<void> => void expelled.push(peerId),
  };
  const stakes = {
    isStaked: (executor: Address) => staked.has(executor),
    learn: async (executor: Address) => {
      asked.push(executor);
      await new Promise<void>((resolve) => answers.push(resolve));
      return staked.has(executor);
    },
  };
  const gate = new GossipGate(host, inlet as unknown as GossipSub, { stakes, wantsStrangers });
  const bring = (forwarder: PeerId, ...messages: RPC.Message[]): Promise<void> =>
    inlet.handleReceivedRpc(forwarder, rpcOf(...messages));
  const answer = async (): Promise<void> => {
    for (const one of answers.splice(0)) one();
    await turn();
  };
  return { gate, passed, asked, blamed, expelled, staked, bring, answer };
}

describe("the gate before gossip's signatures", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("lets in at once who has a stake, whoever brings it", async () => {
    const { staked, bring, passed, asked } = stage();
    staked.add(HONEST.address);
    await bring(NEIGHBOUR.peerId, messageOf(HONEST.peerId));
    await bring(HONEST.peerId, messageOf(HONEST.peerId));
    expect(passed).toHaveLength(2);
    expect(asked).toEqual([]);
  });

  it("holds a newcomer's word until its stake is known, and drops a stranger's", async () => {
    const { staked, bring, passed, answer } = stage();
    const [stranger = HONEST] = STRANGERS;
    const word = messageOf(HONEST.peerId);
    await bring(NEIGHBOUR.peerId, word, messageOf(stranger.peerId));
    expect(passed).toEqual([]);
    staked.add(HONEST.address);
    await answer();
    expect(passed).toEqual([word]);
  });

  it("asks about so many strangers of one peer, and of another all the same", async () => {
    const { bring, asked, passed, answer } = stage();
    const [flooder = HONEST, other = HONEST] = STRANGERS;
    for (let round = 0; round < 100; round += 1) {
      await bring(flooder.peerId, ...STRANGERS.map(({ peerId }) => messageOf(peerId)));
      await answer();
    }
    expect(asked).toHaveLength(512);
    await bring(other.peerId, messageOf(HONEST.peerId));
    expect(asked.at(-1)).toBe(HONEST.address);
    vi.advanceTimersByTime(1000);
    await bring(flooder.peerId, ...STRANGERS.map(({ peerId }) => messageOf(peerId)));
    expect(asked).toHaveLength(512 + 1 + 20);
    expect(passed).toEqual([]);
  });

  it("holds so many messages, and still learns who wrote more", async () => {
    const { staked, bring, asked, passed, answer } = stage();
    for (const { peerId } of STRANGERS) await bring(peerId, ...STRANGERS.map((one) => messageOf(one.peerId)));
    expect(asked).toHaveLength(STRANGERS.length ** 2);
    for (const { address } of STRANGERS) staked.add(address);
    await answer();
    expect(passed).toHaveLength(512);
  });

  it("lets in a few strangers where they are wanted, of all peers together", async () => {
    const { bring, passed, answer } = stage({ wantsStrangers: true });
    for (const { peerId } of STRANGERS) {
      await bring(peerId, ...STRANGERS.map((one) => messageOf(one.peerId)));
      await answer();
    }
    expect(passed).toHaveLength(128);
  });

  it("lets in so many messages of one peer, even of who has a stake", async () => {
    const { staked, bring, passed } = stage();
    staked.add(HONEST.address);
    const many = Array.from({ length: 10_000 }, () => messageOf(HONEST.peerId));
    await bring(HONEST.peerId, ...many);
    expect(passed).toHaveLength(4_000);
    await bring(NEIGHBOUR.peerId, messageOf(HONEST.peerId));
    expect(passed).toHaveLength(4_001);
  });

  it("blames whoever brings what is too long or has no author, and asks nobody about it", async () => {
    const { bring, asked, passed, blamed } = stage();
    const long = messageOf(HONEST.peerId, WIRE_LIMITS.offerBytes + 1);
    const nobodys: RPC.Message = { ...messageOf(HONEST.peerId), from: new Uint8Array(39) };
    await bring(NEIGHBOUR.peerId, long, nobodys, { data: new Uint8Array(1), topic: "offers" });
    expect(blamed).toEqual(Array.from({ length: 3 }, () => NEIGHBOUR.peerId.toString()));
    expect([...asked, ...passed]).toEqual([]);
  });

  it("hears no strangers of whoever was blamed too often, and whoever has a stake all the same", async () => {
    const { staked, bring, asked, passed } = stage();
    staked.add(HONEST.address);
    await bring(HONEST.peerId, messageOf(HONEST.peerId));
    const nobodys: RPC.Message = { ...messageOf(HONEST.peerId), from: new Uint8Array(39) };
    await bring(NEIGHBOUR.peerId, ...Array.from({ length: 33 }, () => nobodys));
    await bring(NEIGHBOUR.peerId, ...STRANGERS.map(({ peerId }) => messageOf(peerId)));
    expect(asked).toEqual([]);
    await bring(NEIGHBOUR.peerId, messageOf(HONEST.peerId));
    expect(passed).toHaveLength(2);
  });

  it("bans whoever goes on bringing strangers after it was blamed, and nobody who stops", async () => {
    const { bring, expelled } = stage();
    const nobodys: RPC.Message = { ...messageOf(HONEST.peerId), from: new Uint8Array(39) };
    const [stranger = HONEST] = STRANGERS;
    const many = (count: number): RPC.Message[] => Array.from({ length: count }, () => messageOf(stranger.peerId));
    for (const { peerId } of [NEIGHBOUR, HONEST]) await bring(peerId, ...Array.from({ length: 33 }, () => nobodys));
    await bring(HONEST.peerId, ...many(500));
    await bring(NEIGHBOUR.peerId, ...many(501), ...many(10));
    expect(expelled).toEqual([NEIGHBOUR.peerId.toString()]);
  });

  it("is gone when it is closed", async () => {
    const { gate, bring, passed } = stage();
    gate[Symbol.dispose]();
    await bring(NEIGHBOUR.peerId, messageOf(HONEST.peerId));
    expect(passed).toHaveLength(1);
  });
});
