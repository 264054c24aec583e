import { describe, expect, it } from "vitest";
import { reachOf, widestReach } from "./reach.ts";

describe("the reach of an address", () => {
  it.each([
    ["/ip4/127.0.0.1/tcp/1", "machine"],
    ["/ip6/::1/tcp/1", "machine"],
    ["/dns4/localhost/tcp/1", "machine"],
    ["/ip4/172.17.0.2/tcp/1", "site"],
    ["/ip4/100.64.1.1/tcp/1", "site"],
    ["/ip6/fd00::1/tcp/1", "site"],
    ["/ip4/203.0.113.7/tcp/1", "internet"],
    ["/ip4/172.32.0.1/tcp/1", "internet"],
    ["/dns4/lloom.example/tcp/1", "internet"],
    ["/dns4/nas.local/tcp/1", "site"],
    ["/dns4/validator/tcp/1", "site"],
    ["/ip4/203.0.113.7/udp/1/webrtc-direct/certhash/uEi", "internet"],
    ["/ip4/10.0.0.2/tcp/1/p2p/16Uiu2HAm/p2p-circuit", "site"],
    ["/p2p-circuit", "machine"],
    ["/p2p/16Uiu2HAm/p2p-circuit", "internet"],
  ])("of %s is the %s", (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });
});

it("of several addresses is the widest, and of none this machine", () => {
  expect(widestReach(["/ip4/127.0.0.1/tcp/1", "/ip4/203.0.113.7/tcp/1", "/ip4/10.0.0.1/tcp/1"])).toBe("internet");
  expect(widestReach([])).toBe("machine");
});
