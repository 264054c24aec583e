import { defineConfig } from "hardhat/config";
import shipped from "../../hardhat.config.ts";

// The shipped configuration, with explorers of a test in the place of the public ones.
const url = String(process.env["EXPLORERS_OF_A_TEST"]);
const explorer = (name: string) => ({ name, url, apiUrl: `${url}/${name}` });

export default defineConfig({
  ...shipped,
  chainDescriptors: {
    11155111: {
      name: "Sepolia",
      blockExplorers: { etherscan: explorer("etherscan"), blockscout: explorer("blockscout") },
    },
  },
  verify: { ...shipped.verify, sourcify: { enabled: true, apiUrl: `${url}/sourcify` } },
});
