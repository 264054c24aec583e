import { ZeroAddress } from "ethers";
import type { ParameterValue, ParameterValues } from "./parameter-values.ts";

/** Something that a deployment must answer. */
export interface Expectation {
  readonly contract: string;
  readonly view: string;
  readonly args: readonly unknown[];
  /** As text. */
  readonly expected: string;
  /** Whether that is only the module's default, since the parameter file does not say. */
  readonly isDefault: boolean;
}

const ROLE = { executor: 1, validator: 2 } as const;
/** `Power` of the stake registry. */
const POWER = { stake: "1", stakeAndTails: "2" } as const;

/** Dispute contracts, and the power that the stake registry gave them for ever. */
export const JUDGES: Readonly<Record<string, string>> = {
  DeliveryDisputes: POWER.stakeAndTails,
  EquivocationDisputes: POWER.stakeAndTails,
  Jury: POWER.stake,
  MeasuredDisputes: POWER.stakeAndTails,
  MeasuredPenalties: POWER.stake,
};

/** What every view of a deployment has to answer, given where its contracts are and what they were deployed with. */
export function expectationsOf(addresses: ReadonlyMap<string, string>, values: ParameterValues): Expectation[] {
  const at = (contract: string): string => addresses.get(contract) ?? `no ${contract}`;
  const value = (name: string): ParameterValue => values.get(name) ?? { text: `no ${name}`, isStated: true };
  const expect = (
    contract: string,
    view: string,
    expected: string | ParameterValue,
    ...args: unknown[]
  ): Expectation => ({
    contract,
    view,
    args,
    expected: typeof expected === "string" ? expected : expected.text,
    isDefault: typeof expected !== "string" && !expected.isStated,
  });
  const token = values.get("paymentToken") ?? at("TestToken");
  const arbitrator = value("arbitrator");
  return [
    expect("AccountingV2", "paymentToken", token),
    expect("AccountingV2", "stakeRegistry", at("StakeRegistry")),
    expect("AccountingV2", "unlockDelay", value("unlockDelaySeconds")),
    expect("StakeRegistry", "stakeToken", token),
    expect("StakeRegistry", "treasury", value("treasury")),
    expect("StakeRegistry", "minimumStake", value("minimumExecutorStake"), ROLE.executor),
    expect("StakeRegistry", "minimumStake", value("minimumValidatorStake"), ROLE.validator),
    expect("StakeRegistry", "unbondingPeriod", value("unbondingPeriodSeconds")),
    expect("StakeRegistry", "wired", "true"),
    ...Object.entries(JUDGES).map(([judge, power]) => expect("StakeRegistry", "powerOf", power, at(judge))),
    expect("EquivocationDisputes", "accounting", at("AccountingV2")),
    expect("EquivocationDisputes", "stakeRegistry", at("StakeRegistry")),
    expect("DeliveryDisputes", "accounting", at("AccountingV2")),
    expect("DeliveryDisputes", "stakeRegistry", at("StakeRegistry")),
    expect("DeliveryDisputes", "flatBond", value("deliveryBondWei")),
    expect("MeasuredEvidence", "accounting", at("AccountingV2")),
    expect("MeasuredDeposits", "stakeRegistry", at("StakeRegistry")),
    expect("MeasuredDeposits", "jurorFee", value("jurorFee")),
    expect("MeasuredPenalties", "deposits", at("MeasuredDeposits")),
    expect("MeasuredPenalties", "stakeRegistry", at("StakeRegistry")),
    expect("MeasuredDisputes", "evidence", at("MeasuredEvidence")),
    expect("MeasuredDisputes", "penalties", at("MeasuredPenalties")),
    expect("MeasuredDisputes", "deposits", at("MeasuredDeposits")),
    expect("MeasuredDisputes", "accounting", at("AccountingV2")),
    expect("MeasuredDisputes", "jury", at("Jury")),
    // The Arbitrator of nobody is never asked.
    expect("MeasuredDisputes", "arbitrator", arbitrator.text === ZeroAddress ? ZeroAddress : at("Arbitrator")),
    expect("Jury", "stakeRegistry", at("StakeRegistry")),
    expect("Arbitrator", "feeRecipient", arbitrator),
    expect("Arbitrator", "arbitrationCost", value("arbitrationCost"), "0x"),
    expect("Audits", "stakeRegistry", at("StakeRegistry")),
    expect("Audits", "epochLength", value("auditEpochSeconds")),
    expect("Audits", "odds", value("auditOdds")),
    expect("Collector", "accounting", at("AccountingV2")),
    expect("Collector", "stakeRegistry", at("StakeRegistry")),
    expect("Collector", "deposits", at("MeasuredDeposits")),
  ];
}
