import type { Argument, ModuleBuilder } from "./arguments.ts";
import { auditContracts } from "./audits.ts";

/** `Power` of the stake registry: what a dispute contract may do. */
const POWER = { stakeAndTails: 2 } as const;

/**
 * The core contracts on a payment token, wired to each other; the rest of every slash goes to `treasury`. Defaults are those
 * of a development network; every number and its unit: `parameters/local.json5`. Amounts are base units of the token, of
 * which the defaults assume 6 decimals.
 */
export const coreContracts = (m: ModuleBuilder, paymentToken: Argument, treasury: Argument) => {
  const stakeRegistry = m.contract("StakeRegistry", [
    paymentToken,
    treasury,
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
  // For ever: until then nobody can register, afterwards no judge can be added.
  m.call(stakeRegistry, "wire", [
    [
      { account: disputeManager, power: POWER.stakeAndTails },
      { account: deliveryDisputes, power: POWER.stakeAndTails },
    ],
  ]);
  const lens = m.contract("Lens", [accounting]);
  return { stakeRegistry, accounting, disputeManager, deliveryDisputes, lens, ...auditContracts(m, stakeRegistry) };
};
