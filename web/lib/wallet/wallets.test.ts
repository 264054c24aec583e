import { describe, expect, it } from "vitest";
import { switchChain } from "./chains.ts";
import { CONTRACTS } from "./contracts.ts";
import { type FoundWallet, findWallets, readAnnouncement } from "./discovery.ts";
import { problemOf } from "./send.ts";
import { revertDataOf, walletProblem } from "./wallet-problem.ts";

const provider = { request: async () => undefined };
const info = { name: "Wallet", rdns: "test.wallet", uuid: "1", icon: "data:image/png;base64,AA==" };
const token = { symbol: "tUSD", decimals: 6 };

describe("a wallet that says it is there", () => {
  it("is taken by its name, which may be a stranger's words, and a picture that asks nobody", () => {
    expect(readAnnouncement({ info, provider })).toEqual({
      name: "Wallet",
      rdns: "test.wallet",
      icon: info.icon,
      provider,
    });
    const odd = readAnnouncement({
      info: { ...info, name: "Good\u202ewallet", icon: "https://spy.example/a.png" },
      provider,
    });
    expect(odd).toMatchObject({ name: "Good[U+202E]wallet", icon: undefined });
  });

  it.each([undefined, {}, { info }, { info: { ...info, name: " " }, provider }, { info, provider: {} }])(
    "is none: %o",
    (detail) => expect(readAnnouncement(detail)).toBeUndefined(),
  );

  it("is found once, however often it says so, and no more than fit on a page", () => {
    const target = new EventTarget() as unknown as Window;
    let found: readonly FoundWallet[] = [];
    const say = (one: object) =>
      target.dispatchEvent(Object.assign(new Event("eip6963:announceProvider"), { detail: { info, provider: one } }));
    target.addEventListener("eip6963:requestProvider", () => say(provider));
    const stop = findWallets((wallets) => {
      found = wallets;
    }, target);
    say(provider);
    expect(found).toHaveLength(1);
    for (let more = 0; more < 40; more++) say({ request: async () => more });
    expect(found).toHaveLength(16);
    stop();
  });
});

describe("what a wallet fails with", () => {
  it.each([
    [{ code: 4001 }, "declined", /You declined/],
    [{ code: -32603, data: { originalError: { code: 4001 } } }, "declined", /You declined/],
    [{ code: -32002 }, "failed", /still asking/],
    [{ code: 4900 }, "failed", /offline/],
    [{ code: -1, message: "odd\u202e" }, "failed", /The wallet says: odd\[U\+202E\]/],
    [undefined, "failed", /did not say why/],
  ])("is told in words: %o", (thrown, kind, words) => {
    expect(walletProblem(thrown)).toMatchObject({ kind, sentence: expect.stringMatching(words) });
  });

  const data = CONTRACTS.AccountingV2.encodeErrorResult("AccountingInsufficientDeposit", [1n, 2_000_000n]);
  it.each([{ data }, { data: { data } }, { data: { originalError: { data } } }, { cause: { error: { data } } }])(
    "is a contract's own reason wherever it stands: %o",
    (thrown) => {
      expect(problemOf({ code: 3, ...thrown }, token)).toMatchObject({
        kind: "refused",
        sentence: expect.stringMatching(/the free deposit holds 0\.000001 tUSD, asked were 2 tUSD/),
      });
    },
  );

  it("is looked for no deeper than wallets put it", () => {
    const deep: { data?: object } = {};
    deep.data = deep;
    expect(revertDataOf(deep)).toBeUndefined();
  });
});

describe("a wallet on another chain", () => {
  const chain = { chainId: 31_337n, name: "harbour", rpcUrl: "http://127.0.0.1:8545" };
  const wallet = (isKnown: boolean) => {
    const asked: string[] = [];
    let known = isKnown;
    const request = async ({ method }: { method: string }) => {
      asked.push(method);
      if (method === "wallet_addEthereumChain") known = true;
      else if (!known) return Promise.reject({ code: 4902 });
      return null;
    };
    return { asked, provider: { request } };
  };

  it.each([
    [true, ["wallet_switchEthereumChain"]],
    [false, ["wallet_switchEthereumChain", "wallet_addEthereumChain", "wallet_switchEthereumChain"]],
  ])("is asked to switch, and told of the chain first where it does not know it (%s)", async (isKnown, methods) => {
    const { asked, provider } = wallet(isKnown);
    expect(await switchChain(provider, chain)).toBe("asked");
    expect(asked).toEqual(methods);
  });

  it("is told nothing where the explorer has no address to tell", async () => {
    const { asked, provider } = wallet(false);
    expect(await switchChain(provider, { ...chain, rpcUrl: undefined })).toBe("unknown");
    expect(asked).toEqual(["wallet_switchEthereumChain"]);
  });
});
