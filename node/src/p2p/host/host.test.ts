import { randomBytes } from "node:crypto";
import { computeAddress, hexlify } from "ethers";
import { expect, test } from "vitest";
import { recordingLog, startHost, until } from "../../../../test/support/hosts.ts";
import { peerAddress } from "./peer-address.ts";

test("a host's peer id is its wallet, for itself and for others", async () => {
  const secret = randomBytes(32);
  await using host = await startHost({ secret });
  expect(host.address).toBe(computeAddress(hexlify(secret)).toLowerCase());
  expect(peerAddress(host.peerId)).toBe(host.address);
  expect(host.multiaddrs()[0]).toMatch(new RegExp(`^/ip4/127\\.0\\.0\\.1/tcp/\\d+/p2p/${host.peerId}$`));
});

test.each(["nonsense", "12D3KooWGRUaQhJ7mYpW2eWkE5h4cBkSxxrZ5Qw4AqW6G6v2pVbZ"])(
  "peer id %s has no wallet",
  (peerId) => {
    expect(() => peerAddress(peerId)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  },
);

test("a port that is taken gives PORT_TAKEN with the address", async () => {
  await using first = await startHost();
  const taken = first.multiaddrs()[0]?.replace(/\/p2p\/.*/, "") ?? "";
  await expect(startHost({ listen: [taken] })).rejects.toMatchObject({
    code: "PORT_TAKEN",
    message: `Another program listens on ${taken}.`,
    details: { address: taken },
  });
});

test("an address that this machine does not have gives CONFIG_INVALID with the address", async () => {
  await expect(startHost({ listen: ["/ip4/192.0.2.1/tcp/0"] })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining("/ip4/192.0.2.1/tcp/0"),
    next: expect.stringContaining("Give --listen"),
  });
});

test.each([
  ["listen", { listen: ["127.0.0.1:4001"] }],
  ["bootstrap", { bootstrap: ["example.org"] }],
])("a %s address that is no multiaddr gives CONFIG_INVALID", async (setting, options) => {
  await expect(startHost(options)).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: expect.stringContaining(setting),
  });
});

test("a key of the wrong size gives KEYSTORE_INVALID", async () => {
  await expect(startHost({ secret: new Uint8Array(31) })).rejects.toMatchObject({ code: "KEYSTORE_INVALID" });
});

test("a bootstrap peer that is not there is warned about once, and connected to when it comes", async () => {
  const secret = randomBytes(32);
  const first = await startHost({ secret });
  const address = first.multiaddrs()[0] ?? "";
  const listen = [address.replace(/\/p2p\/.*/, "")];
  await first[Symbol.asyncDispose]();

  const { log, lines } = recordingLog();
  await using host = await startHost({ bootstrap: [address], log });
  await until("a warning", () => lines.length > 0);
  expect(lines).toMatchObject([{ level: 40, address, msg: "bootstrap peer unreachable, trying again" }]);
  await using _back = await startHost({ secret, listen });
  await until("the bootstrap peer is connected", () => host.peers() === 1);
  expect(lines.filter(({ level }) => level === 40)).toHaveLength(1);
});

test("stopping frees the port and leaves no connection behind", async () => {
  const host = await startHost();
  await using other = await startHost({ bootstrap: host.multiaddrs() });
  await until("connected", () => host.peers() === 1);
  const listen = host.multiaddrs().map((address) => address.replace(/\/p2p\/.*/, ""));
  await host[Symbol.asyncDispose]();
  await until("the other noticed", () => other.peers() === 0);
  await using _again = await startHost({ listen });
});
