import { type Argument, type ModuleBuilder, numberOf } from "./arguments.ts";
import { auditContracts } from "./audits.ts";

/** `Power` of the stake registry: what a dispute contract may do. */
const POWER = { stake: 1, stakeAndTails: 2 } as const;

/** Accounts outside the contracts. */
interface Outsiders {
  /** Gets the rest of every slash. */
  readonly treasury: Argument;
  /** Rules on what jurors could not decide; the zero address for nobody. */
  readonly arbitrator: Argument;
}

/**
 * The contracts on a payment token, wired to each other. Every number, its unit, bounds and default: `parameters.ts`; what
 * each is for: `parameters/local.json5`. Without an arbitrator there is an Arbitrator all the same, of nobody: Ignition
 * cannot leave a contract out, and measured disputes do not ask that one.
 */
export const coreContracts = (m: ModuleBuilder, paymentToken: Argument, outsiders: Outsiders) => {
  const stakeRegistry = m.contract("StakeRegistry", [
    paymentToken,
    outsiders.treasury,
    numberOf(m, "minimumExecutorStake"),
    numberOf(m, "minimumValidatorStake"),
    numberOf(m, "unbondingPeriodSeconds"),
    // Who calls `wire` below; through a factory the caller of the constructor is somebody else.
    m.getAccount(0),
  ]);
  const libraries = Object.fromEntries(
    ["Channels", "DisputedTails", "SessionSigners"].map((name) => [name, m.library(name)]),
  );
  const accounting = m.contract("AccountingV2", [paymentToken, stakeRegistry, numberOf(m, "unlockDelaySeconds")], {
    libraries,
  });
  const equivocationDisputes = m.contract("EquivocationDisputes", [accounting]);
  const deliveryDisputes = m.contract("DeliveryDisputes", [accounting, numberOf(m, "deliveryBondWei")]);
  const jury = m.contract("Jury", [stakeRegistry]);
  const arbitrator = m.contract("Arbitrator", [outsiders.arbitrator, numberOf(m, "arbitrationCost")]);
  const measuredEvidence = m.contract("MeasuredEvidence", [accounting]);
  const measuredDeposits = m.contract("MeasuredDeposits", [stakeRegistry, numberOf(m, "jurorFee")]);
  const measuredPenalties = m.contract("MeasuredPenalties", [measuredDeposits]);
  const measuredDisputes = m.contract("MeasuredDisputes", [measuredEvidence, measuredPenalties, jury, arbitrator]);
  // For ever: until then nobody can register, afterwards no judge can be added.
  m.call(stakeRegistry, "wire", [
    [
      { account: equivocationDisputes, power: POWER.stakeAndTails },
      { account: deliveryDisputes, power: POWER.stakeAndTails },
      { account: measuredDisputes, power: POWER.stakeAndTails },
      { account: measuredPenalties, power: POWER.stake },
      { account: jury, power: POWER.stake },
    ],
  ]);
  const collector = m.contract("Collector", [accounting, measuredDeposits]);
  return {
    stakeRegistry,
    accounting,
    equivocationDisputes,
    deliveryDisputes,
    measuredEvidence,
    measuredDeposits,
    measuredPenalties,
    measuredDisputes,
    jury,
    arbitrator,
    collector,
    ...auditContracts(m, stakeRegistry),
  };
};
