import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

type ModuleBuilder = Parameters<Parameters<typeof buildModule>[1]>[0];
/** What a constructor takes: here an address, or a contract that is deployed before. */
type Argument = NonNullable<Parameters<ModuleBuilder["call"]>[2]>[number];

/**
 * The core contracts on a payment token. Defaults are those of a development network; every number and its unit:
 * `parameters/local.json5`. Amounts are base units of the token, of which the defaults assume 6 decimals.
 */
export const coreContracts = (m: ModuleBuilder, paymentToken: Argument) => {
  const stakeRegistry = m.contract("StakeRegistry", [
    paymentToken,
    m.getParameter("minimumExecutorStake", 100_000_000n),
    m.getParameter("minimumValidatorStake", 500_000_000n),
    m.getParameter("unbondingPeriodSeconds", 1_209_600n),
  ]);
  const accounting = m.contract("AccountingV2", [
    paymentToken,
    stakeRegistry,
    m.getParameter("unlockDelaySeconds", 86_400n),
  ]);
  return { stakeRegistry, accounting };
};
