/** Which logs of the chain reputation is computed from, and what of them. One place for the index, the node and a browser. */
import { auditOutcomeOf } from "../audit-reports.ts";
import type { Address } from "../commitment-types.ts";
import { enumName } from "../contract-enums.ts";
import { stakeRegistryFacts } from "../generated/facts.ts";
import type { ReputationEvent } from "./events.ts";
import { REPUTATION } from "./parameters.ts";

/** Solidity's smaller integers: numbers for some libraries, bigints for others. */
type SmallInteger = bigint | number;

interface OfMember {
  readonly member: string;
}
interface OfStake extends OfMember {
  readonly totalStake: bigint;
}
interface OfChannel {
  readonly client: string;
  readonly executor: string;
  readonly channelBalance: bigint;
}

/** What is read of each event's arguments, by its name. */
export interface ReputationLogArgs {
  readonly Registered: OfMember & { readonly role: SmallInteger };
  readonly Staked: OfStake;
  readonly UnbondRequested: OfStake;
  readonly UnbondCancelled: OfStake;
  readonly StakeWithdrawn: OfStake;
  readonly Slashed: OfStake & { readonly offence: SmallInteger };
  readonly Struck: OfMember & { readonly halves: bigint };
  readonly Allocated: OfChannel;
  readonly Released: OfChannel;
  readonly UnlockFinalized: OfChannel;
  readonly LaneSettled: OfChannel & { readonly acknowledgedPaid: bigint };
  readonly ExecutorAudited: {
    readonly validator: string;
    readonly executor: string;
    readonly epoch: bigint;
    readonly outcome: SmallInteger;
  };
}

export type ReputationLogName = keyof ReputationLogArgs;

/**
 * The events by contract, and the place of the executor among the indexed arguments, counted from 1: a filter of logs by
 * that topic finds all that one executor's reputation needs.
 */
export const REPUTATION_LOGS: Readonly<
  Record<string, { readonly executorTopic: number; readonly names: readonly ReputationLogName[] }>
> = {
  StakeRegistry: {
    executorTopic: 1,
    names: ["Registered", "Staked", "UnbondRequested", "UnbondCancelled", "StakeWithdrawn", "Slashed", "Struck"],
  },
  AccountingV2: { executorTopic: 2, names: ["Allocated", "Released", "UnlockFinalized", "LaneSettled"] },
  Audits: { executorTopic: 2, names: ["ExecutorAudited"] },
};

/** A decoded log: its event's name with the arguments by name, and the time of its block in Unix seconds. */
export type ReputationLog = {
  readonly [Name in ReputationLogName]: {
    readonly name: Name;
    readonly args: ReputationLogArgs[Name];
    readonly seconds: bigint;
  };
}[ReputationLogName];

/** What a log means for reputation, in the order in which it is to be folded; often nothing. */
export function reputationEventsOf(log: ReputationLog): readonly ReputationEvent[] {
  const { seconds } = log;
  switch (log.name) {
    case "Registered": {
      const role = enumName(stakeRegistryFacts.Role, log.args.role);
      return role === "Executor" ? [{ kind: "registration", executor: address(log.args.member), seconds }] : [];
    }
    case "Staked":
    case "UnbondRequested":
    case "UnbondCancelled":
    case "StakeWithdrawn":
      return [stakeChange(log.args, seconds)];
    case "Slashed": {
      const halves = halvesOf(enumName(stakeRegistryFacts.Offence, log.args.offence));
      const strike = { kind: "strike", executor: address(log.args.member), halves, seconds } as const;
      return [stakeChange(log.args, seconds), ...(halves > 0n ? [strike] : [])];
    }
    case "Struck":
      return [{ kind: "strike", executor: address(log.args.member), halves: log.args.halves, seconds }];
    case "Allocated":
    case "Released":
    case "UnlockFinalized":
      return [{ kind: "channel", ...partiesOf(log.args), seconds }];
    case "LaneSettled":
      return [{ kind: "settlement", ...partiesOf(log.args), acknowledged: log.args.acknowledgedPaid, seconds }];
    case "ExecutorAudited": {
      const { validator, executor, epoch } = log.args;
      const outcome = auditOutcomeOf(log.args.outcome);
      return [{ kind: "audit", executor: address(executor), validator: address(validator), epoch, outcome, seconds }];
    }
  }
}

const address = (hex: string): Address => hex.toLowerCase() as Address;

const stakeChange = ({ member, totalStake: stake }: OfStake, seconds: bigint): ReputationEvent => ({
  kind: "stake",
  executor: address(member),
  stake,
  seconds,
});

const partiesOf = ({ client, executor, channelBalance: balance }: OfChannel) => ({
  client: address(client),
  executor: address(executor),
  balance,
});

/** Half strikes of a slash that no `Struck` tells of; the others have one of their own. */
function halvesOf(offence: string): bigint {
  if (offence === "Equivocation") return REPUTATION.equivocationHalfStrikes;
  return offence === "OfferEquivocation" ? REPUTATION.offerEquivocationHalfStrikes : 0n;
}
