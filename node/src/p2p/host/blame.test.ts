import { expect, test, vi } from "vitest";
import { blamed, EVERYBODY_STAKED, silentLog, startHost, until } from "../../../../test/support/hosts.ts";
import { joinOfferTopic } from "../discovery/offer-topic.ts";

const nothing = (): undefined => undefined;

test("a peer is forgiven some faults, and then loses its score and is not listened to for a while, however long it waits", async () => {
  await using host = await startHost({ limits: { banMs: 600_000 } });
  await using peer = await startHost({ bootstrap: host.multiaddrs() });
  const parts = { stakes: EVERYBODY_STAKED, accept: nothing, onOffer: nothing, onWithdraw: nothing, log: silentLog };
  await using exchange = joinOfferTopic(host, parts);
  await using _other = joinOfferTopic(peer, parts);
  await until("they are in the exchange", () => exchange.members() === 1);
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    for (let fault = 0; fault < 32; fault += 1) host.blame(peer.peerId);
    expect(blamed(host, peer.peerId)).toBe(0);
    for (let fault = 0; fault < 9; fault += 1) host.blame(peer.peerId);
    expect(blamed(host, peer.peerId)).toBeGreaterThan(8);
    expect(host.isBlamed(peer.peerId)).toBe(false);
    host.blame(peer.peerId);
    vi.advanceTimersByTime(599_000);
    expect(host.isBlamed(peer.peerId)).toBe(true);
    vi.advanceTimersByTime(2_000);
    expect(host.isBlamed(peer.peerId)).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});
