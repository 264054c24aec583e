import { createRequire } from "node:module";
import { join } from "node:path";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig, overrideTask } from "hardhat/config";
import { chosenRpcUrl } from "./checkout/rpc-url.ts";
import { openSalt } from "./ignition/create2.ts";

const require = createRequire(import.meta.url);

const solidity = {
  version: (require("solc/package.json") as { version: string }).version,
  path: join(import.meta.dirname, "checkout/solidity-compiler.ts"),
  settings: {
    // First, as Hardhat puts it for `production`: the build's identity goes by the order of the settings too.
    optimizer: { enabled: true, runs: 1_000_000 },
    evmVersion: "osaka",
    viaIR: true,
    // The hash of the sources at the end of the code: by it Sourcify proves an exact match.
    metadata: { bytecodeHash: "ipfs" as const },
  },
};

/**
 * One build for tests and deployments, made once: left to itself, Hardhat builds `production`, which Ignition takes, file by
 * file and with its own version in the build info, so that the first deployment would compile everything again.
 */
const profile = { compilers: [solidity], isolated: false, toolVersionsInBuildInfo: false };

/** The Solidity tests take the contracts from the artifacts. Compiled as those are, they would take minutes. */
const quick = {
  ...solidity,
  path: join(import.meta.dirname, "checkout/solidity-test-compiler.ts"),
  settings: { ...solidity.settings, optimizer: { enabled: false }, viaIR: false },
};

/**
 * Signs deployments on public chains: a key of Hardhat's encrypted keystore or of the environment; or, if this is set, whatever
 * the RPC server signs with, such as a wallet program in front of a hardware wallet.
 */
const isSignedByServer = process.env["LLOOM_DEPLOYER"] === "rpc";
const publicNetwork = (chainId: number, chainType: "l1" | "op" | "generic") =>
  ({
    type: "http",
    chainId,
    chainType,
    url: configVariable("LLOOM_RPC_URL"),
    accounts: isSignedByServer ? "remote" : [configVariable("LLOOM_DEPLOYER_KEY")],
  }) as const;

/** Chains whose randomness and history the contracts can rest on; `ignition/deploying/qualifying.ts` says why. */
const publicNetworks = {
  sepolia: publicNetwork(11_155_111, "l1"),
  baseSepolia: publicNetwork(84_532, "op"),
  mainnet: publicNetwork(1, "l1"),
  gnosis: publicNetwork(100, "generic"),
  base: publicNetwork(8_453, "op"),
  optimism: publicNetwork(10, "op"),
};

/** Settings of the environment are read when they are needed: a wrong one is then told by its own name. */
const rpcUrl = chosenRpcUrl();
const isRpcUrlSet = process.env["LLOOM_RPC_URL"] !== undefined;

export default defineConfig({
  plugins: [
    toolbox,
    { id: "lloom-patient-rpc", hookHandlers: { network: () => import("./ignition/deploying/patient-rpc.ts") } },
    { id: "lloom-one-build", hookHandlers: { solidity: () => import("./ignition/deploying/build-turn.ts") } },
  ],
  tasks: [
    overrideTask(["ignition", "deploy"])
      .addFlag({
        name: "check",
        description: "Only look whether it could be deployed: parameters, account, balance, cost, chain",
      })
      .setAction(() => import("./ignition/deploying/checked-deploy.ts"))
      .build(),
    overrideTask(["ignition", "verify"])
      .setAction(() => import("./ignition/deploying/exact-verify.ts"))
      .build(),
  ],
  // For `--strategy create2`. The deploy task puts the deployer into the salt, so that nobody else can use it.
  ignition: { strategyConfig: { create2: { salt: openSalt(process.env["LLOOM_SALT"]) } } },
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
    localhost: {
      type: "http",
      chainType: "l1",
      url: isRpcUrlSet ? configVariable("LLOOM_RPC_URL") : rpcUrl,
      accounts: process.env["LLOOM_DEPLOYER_KEY"] === undefined ? "remote" : [configVariable("LLOOM_DEPLOYER_KEY")],
    },
    ...publicNetworks,
  },
  verify: {
    etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") },
    blockscout: { enabled: true },
    sourcify: { enabled: true },
  },
});
