import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { coreContracts } from "../contracts.ts";

/** The core contracts on a token that exists; its address is the parameter `paymentToken`, which has no default. */
const lloomOnTokenModule = buildModule("Lloom", (m) => coreContracts(m, m.getParameter<string>("paymentToken")));

// Ignition loads a module file by its default export.
export default lloomOnTokenModule;
