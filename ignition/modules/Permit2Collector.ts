import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Deposits by Permit2 for a network that exists; its AccountingV2 is the parameter `accounting`, which has no default. */
const permit2CollectorModule = buildModule("Permit2Collector", (m) => ({
  permit2Collector: m.contract("Permit2Collector", [m.getParameter<string>("accounting")]),
}));

// Ignition loads a module file by its default export.
export default permit2CollectorModule;
