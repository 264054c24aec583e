import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The payment token of development and test networks; worth nothing. */
const testTokenModule = buildModule("TestToken", (m) => ({
  testToken: m.contract("TestToken", [m.getAccount(0)]),
}));

// Ignition loads a module file by its default export.
export default testTokenModule;
