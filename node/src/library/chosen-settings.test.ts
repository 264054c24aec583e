import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { secretOf, settingsOf } from "./chosen-settings.ts";
import type { LloomClientOptions } from "./public-types.ts";

const accounting = `0x${"ac".repeat(20)}`;
const chosen = (change: Partial<LloomClientOptions> = {}) =>
  settingsOf({ rpcUrl: "http://127.0.0.1:1/secret", accounting, dataDir: "data", ...change });
const invalid = (message: RegExp) =>
  expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringMatching(message) });

describe("a client's options", () => {
  it("are settings with their defaults, but for what a program does not expect of its client", () => {
    expect(chosen()).toMatchObject({
      ...{ rpc: "http://127.0.0.1:1/secret", accounting, dataDir: resolve("data"), bootstrap: [], verify: "receipt" },
      ...{ executors: "staked", exploration: 0.02, listen: ["/ip4/127.0.0.1/tcp/0"], weights: [] },
      ...{ mdns: "off", logLevel: "silent" },
    });
    expect(chosen({ logLevel: "info", verify: "redundant:2" })).toMatchObject({
      logLevel: "info",
      verify: "redundant:2",
    });
  });

  it.each([
    [{ accounting: undefined }, /^Neither network nor accounting/],
    [{ accounting: "0x12" }, /^accounting must be an address.*"0x12"/],
    [{ bootstrap: ["127.0.0.1"] }, /^bootstrap must be a multiaddr/],
    [{ exploration: 2 }, /^exploration must be a number from 0 to 1/],
    [{ dataDir: "~somebody/data" }, /^dataDir begins with ~/],
  ])("are refused by name: %o", (change, message) => {
    expect(() => chosen(change)).toThrow(invalid(message));
  });

  it("keep to themselves what may be secret", () => {
    expect(() => chosen({ rpcUrl: "ftp://user:word@host" })).toThrow(invalid(/^rpcUrl must be a URL(?!.*word)/));
    expect(() => secretOf("0x12ab")).toThrow(
      expect.objectContaining({ code: "KEYSTORE_INVALID", message: expect.not.stringContaining("12ab") }),
    );
  });
});

it("takes a key as text and as bytes", () => {
  const bytes = new Uint8Array(32).fill(0xab);
  expect(secretOf(`0x${"AB".repeat(32)}`)).toEqual(bytes);
  expect(secretOf(bytes)).toBe(bytes);
});
