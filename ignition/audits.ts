import { type Argument, type ModuleBuilder, numberOf } from "./arguments.ts";

/**
 * Audits on a stake registry. `auditEpochSeconds` is an epoch's length, 1 minute to 1 day; an hour wherever there is value.
 * An executor is assigned to a validator once in `auditOdds` epochs, 1 to 65 536: with 5 validators and epochs of an hour,
 * 60 gives two audits a day.
 */
export const auditContracts = (m: ModuleBuilder, stakeRegistry: Argument) => ({
  audits: m.contract("Audits", [stakeRegistry, numberOf(m, "auditEpochSeconds"), numberOf(m, "auditOdds")]),
});
