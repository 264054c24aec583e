import { id, MaxUint256, type TypedDataDomain, Wallet } from "ethers";
import { network } from "hardhat";
import lloomModule from "../../../ignition/modules/Lloom.ts";
import { callable } from "./callable.ts";

const WEEK_SECONDS = 7 * 24 * 3_600;
/** Base units: 10 000 tUSD. */
export const STAKE = 10_000_000_000n;
export const EXECUTOR_ROLE = 1n;
export const VALIDATOR_ROLE = 2n;
export const PEER_ID = `0x00250802122102${"ab".repeat(32)}`;

/** The same keys in every run, so that gas figures do not move: calldata pays by the byte. */
export const walletOf = (name: string): Wallet => new Wallet(id(`lloom test ${name}`));

/** A chain in this process with the whole deployment on it, by way of Ignition. Of Hardhat's own id an index keeps no answers. */
export async function openMarket(chainOptions: { readonly chainId?: number } = {}) {
  // A fixed start keeps times, and with them gas, the same in every run.
  const connection = await network.create({ override: { initialDate: "2030-01-01T00:00:00Z", ...chainOptions } });
  const { ethers, ignition, networkHelpers } = connection;
  const deployed = await ignition.deploy(lloomModule);
  const accounting = await callable(deployed.accounting);
  const stakeRegistry = await callable(deployed.stakeRegistry);
  const disputes = await callable(deployed.equivocationDisputes);
  const delivery = await callable(deployed.deliveryDisputes);
  const jury = await callable(deployed.jury);
  const arbitrator = await callable(deployed.arbitrator);
  const evidence = await callable(deployed.measuredEvidence);
  const deposits = await callable(deployed.measuredDeposits);
  const penalties = await callable(deployed.measuredPenalties);
  const measured = await callable(deployed.measuredDisputes);
  const audits = await callable(deployed.audits);
  const token = await callable(deployed.testToken);
  const [deployer] = await ethers.getSigners();
  if (deployer === undefined) throw new TypeError("the chain has no accounts");
  const { chainId } = await ethers.provider.getNetwork();
  const domain: TypedDataDomain = {
    name: "Lloom",
    version: "2",
    chainId,
    verifyingContract: accounting.address,
  };

  /** The named wallet with ether and tUSD, and allowances for both contracts. */
  const fund = async (name: string, amount = STAKE): Promise<Wallet> => {
    const wallet = walletOf(name).connect(ethers.provider);
    await networkHelpers.setBalance(wallet.address, 10n ** 21n);
    await deployer.sendTransaction({
      to: token.address,
      data: token.abi.encodeFunctionData("mint", [wallet.address, amount]),
    });
    await token.send(wallet, "approve", accounting.address, MaxUint256);
    await token.send(wallet, "approve", stakeRegistry.address, MaxUint256);
    return wallet;
  };

  /** An executor with stake whose first week, in which a tenth of the stake covers tails, is over. */
  const enrolAll = async (names: readonly string[]): Promise<Wallet[]> => {
    const wallets: Wallet[] = [];
    for (const name of names) {
      const wallet = await fund(name);
      await stakeRegistry.send(wallet, "registerAndStake", EXECUTOR_ROLE, PEER_ID, "https://executor.example", STAKE);
      wallets.push(wallet);
    }
    await networkHelpers.time.increase(WEEK_SECONDS);
    return wallets;
  };

  const enrol = async (name: string): Promise<Wallet> => (await enrolAll([name]))[0] as Wallet;

  /** A client whose channel with the executor holds `amount`. */
  const open = async (name: string, executor: string, amount = 1_000_000_000n): Promise<Wallet> => {
    const wallet = await fund(name, amount);
    await accounting.send(wallet, "deposit", amount);
    await accounting.send(wallet, "allocate", executor, amount);
    return wallet;
  };

  /** Unix seconds an hour ahead of the chain. */
  const deadline = async (): Promise<bigint> => BigInt(await networkHelpers.time.latest()) + 3_600n;

  return {
    connection,
    networkHelpers,
    accounting,
    stakeRegistry,
    disputes,
    delivery,
    evidence,
    deposits,
    penalties,
    measured,
    jury,
    arbitrator,
    /** The treasury, too, and the arbitrator. */
    deployer: deployer.address,
    audits,
    token,
    domain,
    fund,
    enrol,
    enrolAll,
    open,
    deadline,
  };
}

export type Market = Awaited<ReturnType<typeof openMarket>>;
