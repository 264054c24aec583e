import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import { coreContracts } from "../contracts.ts";
import testTokenModule from "./TestToken.ts";

/**
 * Everything for a development or test network, on a token of its own. On a token that exists: `LloomOnToken.ts`; it is a
 * module of its own because Ignition knows parameters only after the module is built, and so cannot leave a contract out.
 */
const lloomModule = buildModule("Lloom", (m) => {
  const { testToken } = m.useModule(testTokenModule);
  const deployer = m.getAccount(0);
  const outsiders = {
    treasury: m.getParameter("treasury", deployer),
    arbitrator: m.getParameter("arbitrator", deployer),
  };
  return { testToken, ...coreContracts(m, testToken, outsiders) };
});

// Ignition loads a module file by its default export.
export default lloomModule;
