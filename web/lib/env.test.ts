import { describe, expect, test } from "vitest";
import { parseSettings } from "./env.ts";

describe("settings", () => {
  test("fit a local network when nothing is set", () => {
    expect(parseSettings({})).toMatchObject({
      indexer: { origin: "http://127.0.0.1:42069", authorization: undefined },
      networkName: "devnet",
    });
  });

  test("come from the environment, without the slash that addresses are pasted with", () => {
    const env = {
      LLOOM_INDEXER_URL: "https://index.example/",
      LLOOM_NETWORK_NAME: "harbour",
    };
    expect(parseSettings(env)).toMatchObject({
      indexer: { origin: "https://index.example", href: "https://index.example/" },
      networkName: "harbour",
    });
  });

  test("name an observer only where one is given, and refuse what is no address without repeating it", () => {
    expect(parseSettings({}).observer).toBeUndefined();
    const given = parseSettings({ LLOOM_OBSERVER_URL: "http://127.0.0.1:9480/" }).observer;
    expect(given).toMatchObject({ origin: "http://127.0.0.1:9480" });
    expect(() => parseSettings({ LLOOM_OBSERVER_URL: "ftp://secret" })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: "LLOOM_OBSERVER_URL is no http or https address." }),
    );
  });

  test("name validators for pages, or none", () => {
    const [one, two] = ["/ip4/127.0.0.1/tcp/4003/ws/p2p/16Uiu2", "/dns4/a-b.example/tcp/443/tls/ws/p2p/16Uiu2"];
    expect(parseSettings({ LLOOM_BOOTSTRAP: ` ${one}, ${two},` }).bootstrap).toEqual([one, two]);
    expect(parseSettings({}).bootstrap).toEqual([]);
    for (const wrong of ["https://a.example", "/ip4/1.2.3.4/tcp/1 /x", Array(17).fill(one).join(",")])
      expect(() => parseSettings({ LLOOM_BOOTSTRAP: wrong })).toThrow("LLOOM_BOOTSTRAP is no list");
  });

  test("take the network's name from the address book, unless it is to be called otherwise", () => {
    const at = (byte: string): `0x${string}` => `0x${byte.repeat(20)}`;
    const contracts = { AccountingV2: at("a1"), StakeRegistry: at("a2"), Audits: at("a3") };
    const paymentToken = { address: at("70"), symbol: "tUSD", decimals: 6 };
    const book = { sepolia: { chainId: 11155111, startBlock: 7, paymentToken, contracts } };
    expect(parseSettings({ LLOOM_NETWORK: "sepolia" }, book).networkName).toBe("sepolia");
    const named = { LLOOM_NETWORK: "sepolia", LLOOM_NETWORK_NAME: "harbour" };
    expect(parseSettings(named, book).networkName).toBe("harbour");
    for (const name of ["mainnet", "constructor"])
      expect(() => parseSettings({ ...named, LLOOM_NETWORK: name }, book)).toThrow(
        expect.objectContaining({
          code: "CONFIG_INVALID",
          message: `The address book has no network "${name}".`,
          next: expect.stringMatching(/^It has sepolia; or unset LLOOM_NETWORK/),
        }),
      );
  });

  test.each([
    ["LLOOM_INDEXER_URL", "index.example", /^LLOOM_INDEXER_URL is no http or https address\.$/],
    ["LLOOM_INDEXER_URL", "ws://127.0.0.1:42069", /^LLOOM_INDEXER_URL is no http or https address\.$/],
    ["LLOOM_RPC", "http://127.0.0.1:8545", /^LLOOM_RPC is called LLOOM_RPC_URL now/],
    ["LLOOM_NETWORK_NAME", "n".repeat(41), /^LLOOM_NETWORK_NAME has 41 characters/],
  ])("refuse %s=%s, saying what it should be", (name, value, message) => {
    const attempt = () => parseSettings({ [name]: value });
    expect(attempt).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(attempt).toThrow(message);
  });

  test.each([
    ["LLOOM_INDEXER_URL", "wss://index.example/v3/SECRETKEY0123"],
    ["LLOOM_INDEXER_URL", "htps://user:SECRETKEY0123@index.example"],
    ["LLOOM_INDEXER_URL", "user:SECRETKEY0123@index.example"],
    ["LLOOM_INDEXER_URL", "SECRETKEY0123"],
  ])("tell nobody what a wrong address holds: %s=%s", (name, value) => {
    const attempt = (): unknown => parseSettings({ [name]: value });
    expect(attempt).toThrow(expect.objectContaining({ code: "CONFIG_INVALID", next: expect.stringContaining(name) }));
    expect(attempt).not.toThrow(/SECRETKEY0123/);
    expect(attempt).not.toThrow(expect.objectContaining({ next: expect.stringContaining("SECRETKEY0123") }));
  });

  test.each([
    ["LLOOM_PUBLIC_INDEXER_URL", "publicIndexer"],
    ["LLOOM_PUBLIC_RPC_URL", "publicRpc"],
  ] as const)("tell visitors an address only where %s is set, and none with a secret in it", (name, setting) => {
    expect(parseSettings({})[setting]).toBeUndefined();
    const publicAt = (address: string) => parseSettings({ [name]: address })[setting];
    expect(publicAt("https://data.example/index/")).toBe("https://data.example/index");
    for (const secret of ["https://user:SECRETKEY0123@data.example", "https://data.example/?key=SECRETKEY0123"])
      expect(() => publicAt(secret)).toThrow(`${name} holds a password or parameters`);
  });

  test("keep a password apart from the address that fetch takes and pages show", () => {
    const { indexer } = parseSettings({ LLOOM_INDEXER_URL: "https://user:SECRETKEY0123@index.example/v3" });
    const authorization = `Basic ${Buffer.from("user:SECRETKEY0123").toString("base64")}`;
    expect(indexer).toMatchObject({ href: "https://index.example/v3", authorization });
  });
});
