import type { Address } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import { recoverAddress, signDigest } from "@lloom/protocol/signatures";
import { describe, expect, it } from "vitest";
import { ACTION_GROUPS, ACTIONS, type ActionName, parseAction } from "../actions.ts";
import { changesBetween } from "../changes.ts";
import { CONTRACTS } from "../contracts.ts";
import type { AccountFacts } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { planAction } from "../planning.ts";
import type { Provider } from "../provider.ts";
import { routeOf } from "../route.ts";
import type { Situation } from "./situation.ts";

const at = (byte: string): Address => `0x${byte.repeat(20)}`;
const OWNER = at("c1");
const EXECUTOR = at("e1");
const deployment: Situation["deployment"] = {
  ...{ chainId: 31_337n, accounting: at("ac"), stakeRegistry: at("5a"), paymentToken: at("70") },
  token: { symbol: "tUSD", decimals: 6 },
  ...{ unlockDelaySeconds: 86_400n, unbondingPeriodSeconds: 14n * 86_400n, judges: [] },
  minimumStake: { executor: 100_000_000n, validator: 1_000_000_000n },
};
const facts: AccountFacts = {
  ...{ address: OWNER, block: 7n, seconds: 1_893_456_000n, wei: 10n ** 18n, tokens: 10_000_000n, deposit: 5_000_000n },
  channels: [{ executor: EXECUTOR, balance: 3_000_000n, unlocking: 1_000_000n, unlockAt: 1_893_456_100n }],
  earnings: { free: 0n, maturing: 7n },
  member: {
    role: "executor",
    stake: 150_000_000n,
    unbonding: 5n,
    unbondAt: 1_893_456_001n,
    jailedUntil: 0n,
    frozen: 0n,
    minimum: 100_000_000n,
  },
  ...{ rewards: 11n, credit: 0n, bondWei: 0n, allowances: { accounting: 0n, stakeRegistry: 0n } },
};
/** Nobody to ask: what these plans need, they are given. */
const silent: Provider = { request: () => Promise.reject({ code: 4900 }) };
const plan = (action: ActionName, typed: Situation["typed"], changes: Partial<AccountFacts> = {}) =>
  planAction(
    action,
    { typed, facts: { ...facts, ...changes }, deployment, judges: { delivery: undefined, deposits: undefined } },
    silent,
  );
const made = async (...asked: Parameters<typeof plan>): Promise<Plan> => {
  const planned = await plan(...asked);
  return "plan" in planned ? planned.plan : expect.fail(JSON.stringify(planned));
};
const decoded = ({ calls: [call] }: Plan) => {
  const found = call && CONTRACTS[call.contract].parseTransaction({ data: call.data });
  return [
    call?.to,
    found?.name,
    ...(found?.args.map((arg) => (typeof arg === "string" ? arg.toLowerCase() : arg)) ?? []),
  ];
};

describe("a plan", () => {
  it.each<readonly [ActionName, Situation["typed"], readonly unknown[], RegExp]>([
    [
      "deposit",
      { amount: "1.5" },
      [at("ac"), "deposit", 1_500_000n],
      /1\.50 tUSD leave the wallet 0xc1.*AccountingV2 at 0xac/,
    ],
    ["withdraw", { amount: "all" }, [at("ac"), "withdraw", OWNER, 5_000_000n], /paid to the same wallet/],
    [
      "withdraw",
      { amount: "1", to: EXECUTOR },
      [at("ac"), "withdraw", EXECUTOR, 1_000_000n],
      /which is not the connected wallet/,
    ],
    [
      "allocate",
      { executor: EXECUTOR, amount: "2" },
      [at("ac"), "allocate", EXECUTOR, 2_000_000n],
      /takes 1 d from when it is begun/,
    ],
    [
      "unlock",
      { executor: EXECUTOR, amount: "all" },
      [at("ac"), "requestUnlock", EXECUTOR, 2_000_000n],
      /from about 2030-01-02 00:00:00 UTC on/,
    ],
    ["cancel-unlock", { executor: EXECUTOR }, [at("ac"), "cancelUnlock", EXECUTOR], /1\.00 tUSD stay in the channel/],
    ["stake", { amount: "3" }, [at("5a"), "stake", 3_000_000n], /can be slashed/],
    ["unbond", { amount: "50" }, [at("5a"), "unbond", 50_000_000n], /from about 2030-01-15 00:00:00 UTC on/],
    ["unbond", { amount: "all" }, [at("5a"), "unbond", (1n << 256n) - 1n], /stop counting as stake at once/],
    ["cancel-unbond", {}, [at("5a"), "cancelUnbond"], /count as stake again/],
    ["unjail", {}, [at("5a"), "unjail"], /an active executor again/],
    ["rewards", { to: EXECUTOR }, [at("5a"), "withdrawRewards", EXECUTOR], /0\.000011 tUSD leave the rewards/],
    [
      "revoke-signer",
      { signer: EXECUTOR },
      [at("ac"), "revokeSigner", EXECUTOR],
      /stays payable until about 2030-01-02/,
    ],
  ])("of %s %o says what it calls and what comes of it", async (action, typed, call, effects) => {
    const found = await made(action, typed);
    expect(decoded(found)).toEqual(call);
    expect(found.effects.join(" ")).toMatch(effects);
  });

  it.each<readonly [ActionName, Situation["typed"], Readonly<Record<string, RegExp>>]>([
    ["deposit", { amount: "10.000001" }, { amount: /^The wallet holds 10 tUSD: give no more/ }],
    ["deposit", { amount: "-1" }, { amount: /is not an amount such as 1\.5/ }],
    ["deposit", { amount: "1", proof: "{}" }, { proof: /no proof of a session key/ }],
    ["allocate", {}, { executor: /0x and 40/, amount: /Give an amount in tUSD/ }],
    ["allocate", { executor: at("00"), amount: "1" }, { executor: /all zeros/ }],
    ["allocate", { executor: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD", amount: "1" }, { executor: /EIP-55/ }],
    ["unlock", { executor: at("e2"), amount: "1" }, { executor: /no money in a channel/ }],
    ["unlock", { executor: EXECUTOR, amount: "2.1" }, { amount: /can still unlock 2 tUSD/ }],
    ["finish-unlock", { executor: EXECUTOR }, { executor: /locked until 2030-01-01 00:01:40 UTC/ }],
    ["unbond", { amount: "60" }, { amount: /90\.00 tUSD would be left, and the least stake is 100\.00/ }],
    ["finish-unbond", {}, { to: /unbonding until 2030-01-01 00:00:01/ }],
    ["earnings", {}, { to: /0\.000007 tUSD mature within 48 hours/ }],
    ["bonds", {}, { to: /no bonds/ }],
    ["dispute", {}, { settlement: /no contract for disputes/ }],
    ["end-dispute", { dispute: "0x1" }, { dispute: /0x and 64/ }],
  ])("is not made of %s %o, and the field says why", async (action, typed, problems) => {
    const planned = await plan(action, typed);
    const found = "problems" in planned ? planned.problems : {};
    expect(Object.keys(found)).toEqual(Object.keys(problems));
    for (const [name, words] of Object.entries(problems)) expect(found[name as "amount"]).toMatch(words);
  });

  it("of stake needs a role", async () => {
    expect(await plan("stake", { amount: "1" }, { member: undefined })).toEqual({
      problems: { amount: expect.stringMatching(/no role/) },
    });
  });
});

describe("the way of a plan", () => {
  const terms = { domain: { name: "t", version: "1" }, nonce: 0n };
  it.each([
    ["one batch, where the wallet can", { canBatch: true, permitTerms: terms }, "batch", ["approve", "deposit"]],
    ["a permit, where the token has it", { canBatch: false, permitTerms: terms }, "permit", ["deposit"]],
    ["two transactions elsewhere", { canBatch: false, permitTerms: undefined }, "calls", ["approve", "deposit"]],
  ] as const)("is %s", async (_, means, kind, names) => {
    const route = routeOf(await made("deposit", { amount: "1" }), means, deployment);
    expect(route.kind).toBe(kind);
    expect(route.calls.map(({ contract, data }) => CONTRACTS[contract].parseTransaction({ data })?.name)).toEqual(
      names,
    );
  });

  it("needs no allowance that is there already", async () => {
    const allowances = { accounting: 1_000_000n, stakeRegistry: 0n };
    const route = routeOf(
      await made("deposit", { amount: "1" }, { allowances }),
      { canBatch: true, permitTerms: terms },
      deployment,
    );
    expect([route.kind, route.calls.length]).toEqual(["calls", 1]);
  });
});

describe("a session key's proof", () => {
  const secret = new Uint8Array(32).fill(7);
  const domain = { chainId: deployment.chainId, accounting: deployment.accounting };
  const digest: Address = `0x${"d1".repeat(32)}`;
  const signer = recoverAddress(digest, signDigest(digest, secret)) as Address;
  const file = (changes: object = {}, signed: object = {}) => {
    const authorization = { principal: OWNER, signer, deadline: facts.seconds + 60n, nonce: 5n, ...signed };
    const possession = signDigest(createCommitmentHasher(domain).hashSignerAuthorization(authorization), secret);
    return JSON.stringify({ format: "lloom-signer-1", ...domain, authorization, possession, ...changes }, (_, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
  };

  it("lets it sign, alone and with a deposit", async () => {
    const alone = await made("authorize-signer", { proof: file() });
    expect(decoded(alone).slice(0, 3)).toEqual([at("ac"), "authorizeSigner", signer]);
    const both = await made("deposit", { amount: "1", proof: file() });
    expect(both.calls.map(({ what }) => what)).toEqual(["Deposit 1.00 tUSD", `Authorise the session key ${signer}`]);
  });

  it.each([
    [{ chainId: "1" }, {}, /chain 1, and not for this network/],
    [{}, { principal: EXECUTOR }, /and not for the connected account/],
    [{}, { deadline: facts.seconds }, /The proof ended at 2030-01-01/],
    [{ possession: { r: `0x${"01".repeat(32)}`, vs: `0x${"01".repeat(32)}` } }, {}, /not signed by the session key/],
    [{ format: "lloom-order-1" }, {}, /no proof of a session key/],
    [{ authorization: {} }, {}, /no proof of a session key/],
  ])("is refused when it is of something else: %o %o", async (changes, signed, words) => {
    const planned = await plan("authorize-signer", { proof: file(changes, signed) });
    expect(planned).toEqual({ problems: { proof: expect.stringMatching(words) } });
  });
});

it("every action stands in one group, and is found by its word alone", () => {
  const grouped = ACTION_GROUPS.flatMap(([, actions]) => actions);
  expect(grouped.toSorted()).toEqual(Object.keys(ACTIONS).toSorted());
  expect(parseAction({ do: "deposit" })).toBe("deposit");
  for (const wrong of ["constructor", "", "DEPOSIT"]) expect(parseAction({ do: wrong })).toBeUndefined();
});

it("what moved is told by name, and nothing else", () => {
  const after = { ...facts, tokens: 9_000_000n, deposit: 6_000_000n };
  expect(changesBetween(facts, after, deployment.token)).toEqual([
    { what: "Wallet", before: "10.00 tUSD", after: "9.00 tUSD" },
    { what: "Free deposit", before: "5.00 tUSD", after: "6.00 tUSD" },
  ]);
});
