import { createRequire } from "node:module";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig, overrideTask } from "hardhat/config";
import { chosenRpcUrl } from "./checkout/rpc-url.ts";

const require = createRequire(import.meta.url);

// The compiler of the lock file's npm package: no download, the same bytes on every machine.
const solidity = {
  version: (require("solc/package.json") as { version: string }).version,
  path: require.resolve("solc/soljson.js"),
  settings: {
    evmVersion: "osaka",
    viaIR: true,
    optimizer: { enabled: true, runs: 1_000_000 },
    metadata: { bytecodeHash: "none" as const },
  },
};

const expectingRuns = (runs: number) => ({
  ...solidity,
  settings: { ...solidity.settings, optimizer: { enabled: true, runs } },
});

/** For the most runs that leave a contract small enough to deploy. */
const overrides = {
  "contracts/escrow/AccountingV2.sol": expectingRuns(60_000),
};

/**
 * One build for tests and deployments, made once: left to itself, Hardhat builds `production`, which Ignition takes, file by
 * file and with its own version in the build info, so that the first deployment would compile everything again.
 */
const profile = { compilers: [solidity], overrides, isolated: false, toolVersionsInBuildInfo: false };

/** The Solidity tests take the contracts from the artifacts. Optimized themselves, they would take minutes to compile. */
const quick = {
  ...solidity,
  settings: {
    ...solidity.settings,
    optimizer: { enabled: false, details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: "u" } } },
  },
};

export default defineConfig({
  plugins: [toolbox],
  tasks: [
    overrideTask(["ignition", "deploy"])
      .setAction(() => import("./ignition/deploying/checked-deploy.ts"))
      .build(),
  ],
  // Ignition builds `production`; unless written out it would lose the settings.
  solidity: {
    profiles: { default: profile, production: profile, tests: { compilers: [quick] } },
    splitTestsCompilation: true,
  },
  paths: { tests: { solidity: "test/contracts" } },
  // The tests declare the signed types with a string model; the contracts' own structs hold its hash.
  test: {
    solidity: {
      invariant: { runs: 32, depth: 60, failOnRevert: true },
      eip712Types: { include: ["test/contracts/libraries/TypeHashes.t.sol"] },
      // The vectors that TypeScript reads too.
      fsPermissions: { readDirectory: ["protocol/vectors"] },
    },
  },
  // TypeChain writes namespaces, which our own code may not use.
  typechain: { outDir: "types/contracts", tsNocheck: true },
  networks: {
    localhost: { type: "http", chainType: "l1", url: chosenRpcUrl() },
  },
});
