import { describe, expect, it } from "vitest";
import type { Address } from "../commitment-types.ts";
import { accountingV2Abi, auditsAbi, stakeRegistryAbi } from "../generated/abi.ts";
import { stakeRegistryFacts } from "../generated/facts.ts";
import { REPUTATION_LOGS, type ReputationLog, reputationEventsOf } from "./chain-events.ts";
import type { ReputationEvent } from "./events.ts";

const member = "0x00000000000000000000000000000000000000E1";
const executor: Address = "0x00000000000000000000000000000000000000e1";
const client = "0x00000000000000000000000000000000000000C1";
const parties: Readonly<Record<"executor" | "client", Address>> = {
  executor,
  client: "0x00000000000000000000000000000000000000c1",
};
const seconds = 1_796_000_000n;

const CASES: readonly (readonly [ReputationLog, readonly ReputationEvent[]])[] = [
  [{ name: "Registered", args: { member, role: 1 }, seconds }, [{ kind: "registration", executor, seconds }]],
  [{ name: "Registered", args: { member, role: 2n }, seconds }, []],
  [{ name: "Staked", args: { member, totalStake: 7n }, seconds }, [{ kind: "stake", executor, stake: 7n, seconds }]],
  [
    { name: "UnbondRequested", args: { member, totalStake: 0n }, seconds },
    [{ kind: "stake", executor, stake: 0n, seconds }],
  ],
  [
    { name: "UnbondCancelled", args: { member, totalStake: 7n }, seconds },
    [{ kind: "stake", executor, stake: 7n, seconds }],
  ],
  [
    { name: "StakeWithdrawn", args: { member, totalStake: 7n }, seconds },
    [{ kind: "stake", executor, stake: 7n, seconds }],
  ],
  [
    { name: "Slashed", args: { member, totalStake: 4n, offence: 2 }, seconds },
    [{ kind: "stake", executor, stake: 4n, seconds }],
  ],
  [{ name: "Struck", args: { member, halves: 2n }, seconds }, [{ kind: "strike", executor, halves: 2n, seconds }]],
  [
    { name: "Allocated", args: { client, executor: member, channelBalance: 5n }, seconds },
    [{ kind: "channel", ...parties, balance: 5n, seconds }],
  ],
  [
    { name: "Released", args: { client, executor: member, channelBalance: 5n }, seconds },
    [{ kind: "channel", ...parties, balance: 5n, seconds }],
  ],
  [
    { name: "UnlockFinalized", args: { client, executor: member, channelBalance: 5n }, seconds },
    [{ kind: "channel", ...parties, balance: 5n, seconds }],
  ],
  [
    { name: "LaneSettled", args: { client, executor: member, channelBalance: 5n, acknowledgedPaid: 3n }, seconds },
    [{ kind: "settlement", ...parties, balance: 5n, acknowledged: 3n, seconds }],
  ],
  [
    { name: "ExecutorAudited", args: { validator: client, executor: member, epoch: 9n, outcome: 2 }, seconds },
    [{ kind: "audit", executor, validator: parties.client, epoch: 9n, outcome: "failed", seconds }],
  ],
  [
    { name: "ExecutorAudited", args: { validator: client, executor: member, epoch: 9n, outcome: 5n }, seconds },
    [{ kind: "audit", executor, validator: parties.client, epoch: 9n, outcome: "Unknown", seconds }],
  ],
];

describe("logs", () => {
  it("are all looked for that mean something", () => {
    const names = Object.values(REPUTATION_LOGS).flatMap(({ names }) => names);
    expect(new Set(names)).toEqual(new Set(CASES.map(([{ name }]) => name)));
  });

  it("carry the executor where a filter of them looks for it", () => {
    const abis = { AccountingV2: accountingV2Abi, Audits: auditsAbi, StakeRegistry: stakeRegistryAbi };
    for (const [contract, { executorTopic, names }] of Object.entries(REPUTATION_LOGS)) {
      for (const name of names) {
        const entries: readonly { type: string; name?: string; inputs?: readonly object[] }[] =
          abis[contract as keyof typeof abis];
        const inputs = entries.find((entry) => entry.type === "event" && entry.name === name)?.inputs ?? [];
        const indexed = inputs.filter((input) => "indexed" in input && input.indexed);
        expect(indexed[executorTopic - 1]).toMatchObject({ name: expect.stringMatching(/^(executor|member)$/) });
      }
    }
  });

  it.each(CASES)("$0.name means what it says", (log, events) => {
    expect(reputationEventsOf(log)).toEqual(events);
  });

  it.each([
    ["two answers to one request, as a jail", 0, stakeRegistryFacts.JAIL_HALVES],
    ["two offers of one id, as a strike", 1, 2n],
    ["what has a strike of its own, as the stake that is left", 2, undefined],
    ["a juror's fault likewise", 5, undefined],
  ])("count %s", (_, offence, halves) => {
    const events = reputationEventsOf({ name: "Slashed", args: { member, totalStake: 4n, offence }, seconds });
    const stake = { kind: "stake", executor, stake: 4n, seconds };
    expect(events).toEqual(halves === undefined ? [stake] : [stake, { kind: "strike", executor, halves, seconds }]);
  });
});
