import { defineConfig } from "hardhat/config";
import shipped from "../../hardhat.config.ts";

// The shipped configuration for chains of a test: looked at as often as their blocks come, with explorers of the test, if it has
// some, in the place of the public ones.
const url = process.env["EXPLORERS_OF_A_TEST"];
const explorer = (name: string) => ({ name, url: String(url), apiUrl: `${url}/${name}` });
const explorers = {
  chainDescriptors: {
    11155111: {
      name: "Sepolia",
      blockExplorers: { etherscan: explorer("etherscan"), blockscout: explorer("blockscout") },
    },
  },
  verify: { ...shipped.verify, sourcify: { enabled: true, apiUrl: `${url}/sourcify` } },
};

export default defineConfig({
  ...shipped,
  ignition: { ...shipped.ignition, blockPollingInterval: 100 },
  ...(url === undefined ? {} : explorers),
});
