import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import type { Member } from "../../chain/reads.ts";
import { LloomError } from "../../errors.ts";
import type { Duty } from "../../store/duty-log.ts";
import type { Role } from "../open/running.ts";
import type { AccountFacts, DutiesFacts, MoneyFacts, StakeFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { chainFailureFinding, judgeChain, judgeContracts, judgeGas, judgeStake } from "./judge-chain.ts";
import { judgeMoney } from "./judge-money.ts";
import { backendFailure, judgeBackend, judgeDuties, judgeIndex } from "./judge-work.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const ID = `0x${"1d".repeat(32)}` as const;
const NOW = 1_800_000_000;
const HOUR = 3_600;

const roles = (...names: Role[]): ReadonlySet<Role> => new Set(names);
const UNIT = { shown: (amount: bigint) => `${amount} tUSD`, plain: String };
const MEMBER: Member = {
  ...{ role: "executor", registeredAt: 1n, stake: 100n, unbonding: 0n, unbondAt: 0n, frozen: 0n, jailedUntil: 0n },
};
const STAKE: StakeFacts = {
  ...{ roles: roles("executor"), member: MEMBER, minimum: 100n, balance: 500n, nowSeconds: BigInt(NOW) },
  ...{ unit: UNIT, isLocal: true },
};
const ACCOUNT: AccountFacts = {
  ...{ address: A, roles: roles("executor"), isLocal: true, gas: 10n ** 18n, gasNeeded: 10n ** 15n, pending: 0 },
  ...{ oldestCallMs: undefined, oldestCommand: undefined, running: {}, nowMs: NOW * 1000 },
};
const MONEY: MoneyFacts = {
  ...{ roles: roles("client"), running: {}, deposit: 10n, balance: 5n, isLocal: false, channels: [], owed: undefined },
  earnings: { settled: 0n, withdrawn: 0n, withdrawable: 0n, maturing: [] },
  ...{ session: undefined, nowSeconds: BigInt(NOW), nowMs: NOW * 1000, unit: UNIT },
};
const DUTIES: DutiesFacts = {
  ...{ running: {}, duties: [], seats: [], unjudged: [], isEnlisted: undefined, nowSeconds: BigInt(NOW) },
};
const duty = (given: Partial<Duty>): Duty => ({
  ...{ kind: "answer", id: ID, requestHash: ID, peer: B, state: "open", dueAt: BigInt(NOW + HOUR), amount: 1n },
  ...{ matured: 0n, penalty: 0n, bond: 0n, notedAt: BigInt(NOW) },
  ...given,
});

/** A fault as the facts show it, and the command that mends it. */
const FAULTS: readonly (readonly [string, () => readonly Finding[], string])[] = [
  [
    "no chain",
    () => [chainFailureFinding(new LloomError("CHAIN_UNREACHABLE", "https://rpc.example does not serve."))],
    "export LLOOM_RPC_URL=https://ANOTHER.SERVER",
  ],
  [
    "a chain without the contracts",
    () => [chainFailureFinding(new LloomError("CHAIN_MISMATCH", "No Lloom contract answers."))],
    "lloom config show --origin",
  ],
  [
    "a server that has stopped to follow the chain",
    () => judgeChain({ chainId: 1n, accounting: A, isLocal: false, block: 7, blockAgeMs: 900_000, answerMs: 5 }),
    "export LLOOM_RPC_URL=https://ANOTHER.SERVER",
  ],
  [
    "a contract that is not there",
    () => judgeContracts({ contracts: [{ name: "Audits", address: B, hasCode: false, variable: "LLOOM_AUDITS" }] }),
    "unset LLOOM_AUDITS",
  ],
  ["no gas", () => judgeGas({ ...ACCOUNT, gas: 1n }), `npm run fund -- ${A}`],
  [
    "a transaction of a node that is stuck",
    () => judgeGas({ ...ACCOUNT, pending: 1, oldestCallMs: (NOW - HOUR) * 1000 }),
    "lloom executor",
  ],
  [
    "a transaction of a command that is stuck, also beside a node that runs",
    () =>
      judgeGas({
        ...{ ...ACCOUNT, running: { executor: 7 }, pending: 1 },
        ...{ oldestCallMs: (NOW - HOUR) * 1000, oldestCommand: "lloom deposit 10" },
      }),
    "lloom deposit 10",
  ],
  ["too little stake", () => judgeStake({ ...STAKE, member: { ...MEMBER, stake: 40n } }), "lloom stake 60"],
  [
    "no stake, and an empty wallet",
    () => judgeStake({ ...STAKE, member: { ...MEMBER, role: "none", stake: 0n }, balance: 0n }),
    "lloom faucet && lloom stake 100",
  ],
  [
    "jail that is over",
    () => judgeStake({ ...STAKE, member: { ...MEMBER, jailedUntil: BigInt(NOW - 1) } }),
    "lloom unjail",
  ],
  [
    "stake that leaves",
    () => judgeStake({ ...STAKE, member: { ...MEMBER, unbonding: 5n, unbondAt: BigInt(NOW + HOUR) } }),
    "lloom unbond --cancel",
  ],
  [
    "a key of another role",
    () => judgeStake({ ...STAKE, member: { ...MEMBER, role: "validator" } }),
    "lloom init --data-dir ./executor",
  ],
  [
    "jail that is not over",
    () => judgeStake({ ...STAKE, member: { ...MEMBER, jailedUntil: BigInt(NOW + HOUR) } }),
    expect.stringMatching(/^lloom unjail {3}# not before /),
  ],
  [
    "a server of another chain",
    () => [
      chainFailureFinding(new LloomError("CHAIN_MISMATCH", "The RPC server is of chain 1, and sepolia is another.")),
    ],
    "lloom config show --origin",
  ],
  [
    "no contract that is named",
    () => [chainFailureFinding(new LloomError("CONFIG_INVALID", "The setting is not set."))],
    "export LLOOM_ACCOUNTING=0x...   # of the network, or LLOOM_NETWORK=NAME",
  ],
  [
    "a session key that its client has removed",
    () => judgeMoney({ ...MONEY, session: { principal: B, thawEnd: BigInt(NOW + HOUR) } }),
    `lloom wallet new --data-dir ./session && lloom signer prove ${B} proof.json --data-dir ./session`,
  ],
  [
    "channels that pay, and no deposit to fund others",
    () => judgeMoney({ ...MONEY, deposit: 0n, channels: [{ peer: B, balance: 5n, unlockAt: 0n }] }),
    "lloom deposit 10",
  ],
  [
    "no deposit, and an empty wallet",
    () => judgeMoney({ ...MONEY, deposit: 0n, balance: 0n }),
    "lloom wallet show && lloom deposit 10",
  ],
  ["no deposit", () => judgeMoney({ ...MONEY, deposit: 0n }), "lloom deposit 10"],
  [
    "a channel that has finished unlocking",
    () => judgeMoney({ ...MONEY, channels: [{ peer: B, balance: 5n, unlockAt: BigInt(NOW - 1) }] }),
    "lloom unlock --finish",
  ],
  [
    "answers that nobody settles",
    () =>
      judgeMoney({
        ...MONEY,
        roles: roles("executor"),
        owed: { total: 3n, oldestAtMs: (NOW - 20 * HOUR) * 1000, writtenOff: 0n },
      }),
    "lloom settle",
  ],
  [
    "a backend that does not run",
    () => [backendFailure("http://127.0.0.1:11434/v1", new LloomError("BACKEND_FAILED", "It does not answer."))],
    "ollama serve",
  ],
  [
    "a model that the backend lacks",
    () =>
      judgeBackend({
        backend: "http://127.0.0.1:11434/v1",
        isRunning: false,
        models: [],
        missing: ["llama3.2"],
        isLeftAlone: false,
      }),
    "ollama pull llama3.2",
  ],
  [
    "a model that does not answer",
    () =>
      judgeBackend({
        backend: "http://127.0.0.1:11434/v1",
        isRunning: false,
        models: [{ model: "llama3.2", problem: new LloomError("BACKEND_TIMEOUT", "Too slow."), tookMs: 1 }],
        missing: [],
        isLeftAlone: false,
      }),
    "ollama run llama3.2 hello",
  ],
  ["a dispute that nobody answers", () => judgeDuties({ ...DUTIES, duties: [duty({})] }), "lloom executor"],
  [
    "a dispute that waits for its owner's word",
    () => judgeDuties({ ...DUTIES, running: { client: 7 }, duties: [duty({ kind: "dispute", state: "asked" })] }),
    `lloom dispute open ${ID}`,
  ],
  [
    "a juror that is silent",
    () =>
      judgeDuties({ ...DUTIES, seats: [{ dispute: ID, phase: "commit", isDone: false, until: BigInt(NOW + HOUR) }] }),
    "lloom validator",
  ],
  [
    "a juror that cannot judge",
    () =>
      judgeDuties({
        ...DUTIES,
        running: { validator: 7 },
        unjudged: [{ dispute: ID, problem: "The weights are not here.", next: "" }],
      }),
    "lloom validator --weights tiny,FILE.gguf",
  ],
  [
    "an index that lags",
    () => judgeIndex({ origin: "http://127.0.0.1:42069", head: 10, chainHead: 100 }),
    expect.stringMatching(/^unset LLOOM_INDEXER_URL {3}# or name another/),
  ],
];

describe("each fault is found, and names the command that mends it", () => {
  it.each(FAULTS)("%s", (_, judge, mend) => {
    const findings = judge().filter(({ level }) => level === "warning" || level === "wrong");
    expect(findings).toEqual([expect.objectContaining({ mend })]);
  });
});

describe("nothing is found", () => {
  it.each<[string, () => readonly Finding[]]>([
    ["of an executor in good health", () => [...judgeGas(ACCOUNT), ...judgeStake(STAKE), ...judgeDuties(DUTIES)]],
    ["of a client with a deposit", () => judgeMoney(MONEY)],
    [
      "of a session key in force, whose client has the deposit",
      () => judgeMoney({ ...MONEY, deposit: 0n, session: { principal: B, thawEnd: 0n } }),
    ],
    [
      "of an old block of a chain on this machine",
      () => judgeChain({ chainId: 31337n, accounting: A, isLocal: true, block: 7, blockAgeMs: 900_000, answerMs: 5 }),
    ],
    [
      "of a duty that its node looks after, and of a seat whose step is done",
      () =>
        judgeDuties({
          ...DUTIES,
          running: { executor: 7, validator: 8 },
          duties: [duty({})],
          seats: [{ dispute: ID, phase: "commit", isDone: true, until: BigInt(NOW + HOUR) }],
        }),
    ],
    [
      "of an index a few blocks behind",
      () => judgeIndex({ origin: "http://127.0.0.1:42069", head: 95, chainHead: 100 }),
    ],
  ])("%s", (_, judge) => {
    expect(judge().filter(({ level }) => level !== "fine" && level !== "skipped")).toEqual([]);
  });
});
