import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { coreContracts } from "../contracts.ts";

/** The core contracts on a token that exists. Its address and the treasury's are parameters without a default. */
const lloomOnTokenModule = buildModule("Lloom", (m) =>
  coreContracts(m, m.getParameter<string>("paymentToken"), m.getParameter<string>("treasury")),
);

// Ignition loads a module file by its default export.
export default lloomOnTokenModule;
