import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Address } from "@lloom/protocol/commitment-types";
import { getBytes, HDNodeWallet, Interface, type InterfaceAbi, JsonRpcProvider, Mnemonic, toQuantity } from "ethers";
import json5 from "json5";
import { artifactPath } from "../../checkout/artifact-path.ts";
import { type LinkReferences, linkedCode } from "../../checkout/linked-code.ts";
import { type Identity, identityFromSecret } from "../../node/src/wallet/identity.ts";

/** The mnemonic of Hardhat's own accounts, known to everybody: for networks without value only. */
const TEST_MNEMONIC = "test test test test test test test test test test test junk";
/** Where the accounts begin; from there on each takes a thousandth of a second. */
const ROOT_OF_ACCOUNTS = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'/0");
const ACCOUNTS: readonly Identity[] = Array.from({ length: 20 }, (_, index) =>
  identityFromSecret(getBytes(ROOT_OF_ACCOUNTS.deriveChild(index).privateKey)),
);
const [DEPLOYER] = ACCOUNTS as [Identity];
const START_MS = 60_000;
/** `Power` of the stake registry. */
const POWER = { stake: 1, stakeAndTails: 2 } as const;

/** A real chain in a process of its own, over HTTP. Closing it ends the process; its state is gone then. */
export interface TestChain extends AsyncDisposable {
  readonly rpcUrl: string;
  /** 20 accounts with 10 000 ether each; the first deploys. */
  readonly accounts: readonly Identity[];
  /** Any JSON-RPC method: "evm_mine", "evm_increaseTime", "evm_snapshot", "evm_setAutomine" ... */
  request(method: string, ...params: unknown[]): Promise<unknown>;
}

/** Where the contracts are. */
export interface TestDeployment {
  readonly accounting: Address;
  readonly stakeRegistry: Address;
  readonly paymentToken: Address;
  readonly equivocationDisputes: Address;
  readonly deliveryDisputes: Address;
  readonly measuredDeposits: Address;
  readonly collector: Address;
}

interface TestChainOptions {
  readonly chainId?: number;
  /** What its first block says, for tests that need a past; now unless given. */
  readonly initialDate?: Date;
}

/** Starts a chain that mines a block for every transaction at once; takes about a second. */
export async function startChain({ chainId = 31337, initialDate }: TestChainOptions = {}): Promise<TestChain> {
  const parameters = [String(chainId), ...(initialDate === undefined ? [] : [initialDate.toISOString()])];
  const server = fork(new URL("chain-server.ts", import.meta.url), parameters, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const rpcUrl = `http://127.0.0.1:${await readPort(server)}`;
  const provider = connect(rpcUrl);
  return {
    rpcUrl,
    accounts: ACCOUNTS,
    request: (method, ...params) => provider.send(method, params),
    [Symbol.asyncDispose]: async () => {
      provider.destroy();
      const ended = once(server, "exit");
      server.kill("SIGKILL");
      await ended;
    },
  };
}

/** The server's first message; an end before it fails the test. */
async function readPort(server: ChildProcess): Promise<number> {
  const ended = new AbortController();
  server.once("exit", () => ended.abort());
  const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(START_MS)]);
  const [{ port }] = (await once(server, "message", { signal })) as [{ port: number }];
  return port;
}

/**
 * Deploys and wires the contracts as `ignition/modules/Lloom.ts` does, with the parameters of a development network. Not by
 * Ignition itself: over HTTP it keeps a journal per chain id on disk, and would take the contracts of an earlier chain for
 * deployed.
 */
export async function deployLloom(rpcUrl: string): Promise<TestDeployment> {
  const provider = connect(rpcUrl);
  try {
    const deploy = deployer(provider);
    const parameters = await readParameters();
    const owner = DEPLOYER.address;
    const paymentToken = await deploy("TestToken", owner);
    const stakeRegistry = await deploy(
      "StakeRegistry",
      paymentToken,
      owner,
      parameters("minimumExecutorStake"),
      parameters("minimumValidatorStake"),
      parameters("unbondingPeriodSeconds"),
      owner,
    );
    for (const library of ["Channels", "DisputedTails", "SessionSigners"]) await deploy(library);
    const accounting = await deploy("AccountingV2", paymentToken, stakeRegistry, parameters("unlockDelaySeconds"));
    const equivocationDisputes = await deploy("EquivocationDisputes", accounting);
    const deliveryDisputes = await deploy("DeliveryDisputes", accounting, parameters("deliveryBondWei"));
    const jury = await deploy("Jury", stakeRegistry);
    const arbitrator = await deploy("Arbitrator", owner, parameters("arbitrationCost"));
    const measuredEvidence = await deploy("MeasuredEvidence", accounting);
    const measuredDeposits = await deploy("MeasuredDeposits", stakeRegistry, parameters("jurorFee"));
    const measuredPenalties = await deploy("MeasuredPenalties", measuredDeposits);
    const measuredDisputes = await deploy("MeasuredDisputes", measuredEvidence, measuredPenalties, jury, arbitrator);
    await wire(provider, stakeRegistry, [
      { account: equivocationDisputes, power: POWER.stakeAndTails },
      { account: deliveryDisputes, power: POWER.stakeAndTails },
      { account: measuredDisputes, power: POWER.stakeAndTails },
      { account: measuredPenalties, power: POWER.stake },
      { account: jury, power: POWER.stake },
    ]);
    const collector = await deploy("Collector", accounting, measuredDeposits);
    const disputes = { equivocationDisputes, deliveryDisputes, measuredDeposits };
    return { accounting, stakeRegistry, paymentToken, ...disputes, collector };
  } finally {
    provider.destroy();
  }
}

/** Deploys Audits on a deployment's stake registry. */
export async function deployAudits(
  rpcUrl: string,
  { stakeRegistry }: TestDeployment,
  { epochSeconds, odds }: { readonly epochSeconds: bigint; readonly odds: bigint },
): Promise<Address> {
  const provider = connect(rpcUrl);
  try {
    return await deployer(provider)("Audits", stakeRegistry, epochSeconds, odds);
  } finally {
    provider.destroy();
  }
}

/** Deploys a compiled contract: the artifacts are made by `npx hardhat build`. */
const deployer = (provider: JsonRpcProvider) => {
  const addresses = new Map<string, Address>();
  return async (name: string, ...args: unknown[]): Promise<Address> => {
    const { abi, bytecode, linkReferences } = await readArtifact(name);
    const code = linkedCode(bytecode, linkReferences, (library) => addresses.get(library)) ?? `${name} is not linked`;
    const { contractAddress } = await send(provider, { data: code + new Interface(abi).encodeDeploy(args).slice(2) });
    if (contractAddress === null) throw new Error(`${name} is not deployed`);
    addresses.set(name, contractAddress);
    return contractAddress;
  };
};

/**
 * Sends by the first account and returns the receipt. The chain itself signs for it, and has the block at once: signed here, all that is
 * deployed would take half a second of computing, at every chain.
 */
async function send(
  provider: JsonRpcProvider,
  transaction: { readonly to?: Address; readonly data: string },
): Promise<{ readonly contractAddress: Address | null }> {
  const given = { from: DEPLOYER.address, gas: toQuantity(12_000_000), ...transaction };
  const receipt = await provider.send("eth_getTransactionReceipt", [
    await provider.send("eth_sendTransaction", [given]),
  ]);
  if (receipt?.status !== "0x1") throw new Error(`A transaction failed: ${JSON.stringify(receipt)}`);
  return receipt;
}

interface Judge {
  readonly account: Address;
  readonly power: number;
}

/** Names the dispute contracts; before that nobody can register. */
async function wire(provider: JsonRpcProvider, stakeRegistry: Address, judges: readonly Judge[]): Promise<void> {
  const { abi } = await readArtifact("StakeRegistry");
  await send(provider, { to: stakeRegistry, data: new Interface(abi).encodeFunctionData("wire", [judges]) });
}

interface Artifact {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly linkReferences: LinkReferences;
}

async function readArtifact(name: string): Promise<Artifact> {
  return JSON.parse(await readFile(artifactPath(name) ?? `no compiled contract ${name}`, "utf8"));
}

/** Integers of the development network's parameter file, by name. */
async function readParameters(): Promise<(name: string) => bigint> {
  const file = new URL("../../ignition/parameters/local.json5", import.meta.url);
  const { Lloom } = json5.parse<{ Lloom: Record<string, string> }>(await readFile(file, "utf8"));
  return (name) => BigInt((Lloom[name] ?? "").replace(/n$/, ""));
}

/** A connection without batching or caching, for a test's own reads. */
export const connect = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, undefined, {
    staticNetwork: true,
    batchMaxCount: 1,
    cacheTimeout: -1,
    pollingInterval: 50,
  });
