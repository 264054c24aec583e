import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { auditContracts } from "../audits.ts";

/** Audits for a network that exists; its stake registry is the parameter `stakeRegistry`, which has no default. */
const auditsModule = buildModule("Audits", (m) => auditContracts(m, m.getParameter<string>("stakeRegistry")));

// Ignition loads a module file by its default export.
export default auditsModule;
