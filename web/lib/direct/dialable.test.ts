import { expect, test } from "vitest";
import { dialable, transportOf } from "./dialable.ts";

const TCP = "/ip4/9.9.9.9/tcp/4001/p2p/16Uiu2";
const WS = "/ip4/9.9.9.9/tcp/4002/ws/p2p/16Uiu2";
const LOCAL = "/ip4/127.0.0.1/tcp/4002/ws/p2p/16Uiu2";
const WSS = "/dns4/a.example/tcp/443/tls/ws/p2p/16Uiu2";
const RTC = "/ip4/9.9.9.9/udp/4003/webrtc-direct/certhash/uEi/p2p/16Uiu2";
const RELAYED = `${WSS}/p2p-circuit/p2p/16Uiu3`;

test("a page dials WebSockets and WebRTC-direct, and by HTTPS no plain ones but its own machine's", () => {
  const all = [TCP, WS, LOCAL, WSS, RTC, RELAYED];
  expect(dialable(all, false)).toEqual({ addresses: [WS, LOCAL, WSS, RTC], why: undefined });
  expect(dialable(all, true)).toEqual({ addresses: [LOCAL, WSS, RTC], why: undefined });
  expect([WS, WSS, RTC].map(transportOf)).toEqual(["WebSockets", "WebSockets with TLS", "WebRTC-direct"]);
});

test("where there is no way, it says why", () => {
  expect(dialable([], false).why).toMatch(/no address/);
  expect(dialable([TCP], false).why).toMatch(/other nodes alone/);
  expect(dialable([RELAYED], false).why).toMatch(/relay/);
  expect(dialable([TCP, WS], true).why).toMatch(/HTTPS/);
});
