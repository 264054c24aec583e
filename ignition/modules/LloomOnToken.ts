import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { coreContracts } from "../contracts.ts";

/** The contracts on a token that exists. Its address, the treasury's and the arbitrator's are parameters without a default. */
const lloomOnTokenModule = buildModule("Lloom", (m) =>
  coreContracts(m, m.getParameter<string>("paymentToken"), {
    treasury: m.getParameter<string>("treasury"),
    arbitrator: m.getParameter<string>("arbitrator"),
  }),
);

// Ignition loads a module file by its default export.
export default lloomOnTokenModule;
