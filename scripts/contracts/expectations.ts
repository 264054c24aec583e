/** Something that a deployment must answer. */
export interface Expectation {
  readonly contract: string;
  readonly view: string;
  readonly args: readonly unknown[];
  /** As text; undefined if the parameter file leaves it open. */
  readonly expected: string | undefined;
}

const ROLE = { executor: 1, validator: 2 } as const;
/** `Power` of the stake registry. */
const POWER = { stake: "1", stakeAndTails: "2" } as const;

/** Dispute contracts, and the power that the stake registry gave them for ever. */
export const JUDGES: Readonly<Record<string, string>> = {
  DeliveryDisputes: POWER.stakeAndTails,
  DisputeManager: POWER.stakeAndTails,
  Jury: POWER.stake,
  MeasuredDisputes: POWER.stakeAndTails,
};

/** What every view of a deployment has to answer, given where its contracts are and what the parameter file says. */
export function expectationsOf(
  addresses: ReadonlyMap<string, string>,
  parameters: ReadonlyMap<string, string>,
): Expectation[] {
  const at = (contract: string): string | undefined => addresses.get(contract);
  const token = parameters.get("paymentToken") ?? at("TestToken");
  const expect = (contract: string, view: string, expected: string | undefined, ...args: unknown[]): Expectation => ({
    contract,
    view,
    args,
    expected,
  });
  return [
    expect("AccountingV2", "paymentToken", token),
    expect("AccountingV2", "stakeRegistry", at("StakeRegistry")),
    expect("AccountingV2", "unlockDelay", parameters.get("unlockDelaySeconds")),
    expect("StakeRegistry", "stakeToken", token),
    expect("StakeRegistry", "treasury", parameters.get("treasury")),
    expect("StakeRegistry", "minimumStake", parameters.get("minimumExecutorStake"), ROLE.executor),
    expect("StakeRegistry", "minimumStake", parameters.get("minimumValidatorStake"), ROLE.validator),
    expect("StakeRegistry", "unbondingPeriod", parameters.get("unbondingPeriodSeconds")),
    expect("StakeRegistry", "wired", "true"),
    ...Object.entries(JUDGES).map(([judge, power]) => expect("StakeRegistry", "powerOf", power, at(judge))),
    expect("DisputeManager", "accounting", at("AccountingV2")),
    expect("DisputeManager", "stakeRegistry", at("StakeRegistry")),
    expect("DeliveryDisputes", "accounting", at("AccountingV2")),
    expect("DeliveryDisputes", "stakeRegistry", at("StakeRegistry")),
    expect("DeliveryDisputes", "flatBond", parameters.get("deliveryBondWei")),
    expect("MeasuredDisputes", "accounting", at("AccountingV2")),
    expect("MeasuredDisputes", "stakeRegistry", at("StakeRegistry")),
    expect("MeasuredDisputes", "jury", at("Jury")),
    expect("MeasuredDisputes", "arbitrator", at("Arbitrator")),
    expect("MeasuredDisputes", "jurorFee", parameters.get("jurorFee")),
    expect("Jury", "stakeRegistry", at("StakeRegistry")),
    expect("Arbitrator", "feeRecipient", parameters.get("arbitrator")),
    expect("Arbitrator", "arbitrationCost", parameters.get("arbitrationCost"), "0x"),
    expect("Audits", "stakeRegistry", at("StakeRegistry")),
    expect("Audits", "epochLength", parameters.get("auditEpochSeconds")),
    expect("Audits", "odds", parameters.get("auditOdds")),
    expect("Lens", "accounting", at("AccountingV2")),
    expect("Lens", "stakeRegistry", at("StakeRegistry")),
  ];
}
