import type { Argument, ModuleBuilder } from "./arguments.ts";
import { auditContracts } from "./audits.ts";

/** `Power` of the stake registry: what a dispute contract may do. */
const POWER = { stake: 1, stakeAndTails: 2 } as const;

/** Accounts outside the contracts. */
interface Outsiders {
  /** Gets the rest of every slash. */
  readonly treasury: Argument;
  /** Rules on what jurors could not decide. */
  readonly arbitrator: Argument;
}

/**
 * The contracts on a payment token, wired to each other. Defaults are those of a development network; every number and its
 * unit: `parameters/local.json5`. Amounts are base units of the token, of which the defaults assume 6 decimals.
 */
export const coreContracts = (m: ModuleBuilder, paymentToken: Argument, outsiders: Outsiders) => {
  const stakeRegistry = m.contract("StakeRegistry", [
    paymentToken,
    outsiders.treasury,
    m.getParameter("minimumExecutorStake", 100_000_000n),
    m.getParameter("minimumValidatorStake", 500_000_000n),
    m.getParameter("unbondingPeriodSeconds", 1_209_600n),
  ]);
  const accounting = m.contract("AccountingV2", [
    paymentToken,
    stakeRegistry,
    m.getParameter("unlockDelaySeconds", 86_400n),
  ]);
  const disputeManager = m.contract("DisputeManager", [accounting]);
  const deliveryDisputes = m.contract("DeliveryDisputes", [
    accounting,
    m.getParameter("deliveryBondWei", 1_000_000_000_000_000n),
  ]);
  const jury = m.contract("Jury", [stakeRegistry]);
  const arbitrator = m.contract("Arbitrator", [outsiders.arbitrator, m.getParameter("arbitrationCost", 20_000_000n)]);
  const measuredDisputes = m.contract("MeasuredDisputes", [
    accounting,
    jury,
    arbitrator,
    m.getParameter("jurorFee", 200_000n),
  ]);
  // For ever: until then nobody can register, afterwards no judge can be added.
  m.call(stakeRegistry, "wire", [
    [
      { account: disputeManager, power: POWER.stakeAndTails },
      { account: deliveryDisputes, power: POWER.stakeAndTails },
      { account: measuredDisputes, power: POWER.stakeAndTails },
      { account: jury, power: POWER.stake },
    ],
  ]);
  const lens = m.contract("Lens", [accounting]);
  return {
    stakeRegistry,
    accounting,
    disputeManager,
    deliveryDisputes,
    measuredDisputes,
    jury,
    arbitrator,
    lens,
    ...auditContracts(m, stakeRegistry),
  };
};
