import { type AuditChain, chainTip } from "@lloom/protocol/audit-chains";
import { encodeHeader } from "@lloom/protocol/block-headers";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type ContractTransactionReceipt, id, type Wallet } from "ethers";
import auditsModule from "../../../ignition/modules/Audits.ts";
import { callable } from "./callable.ts";
import { EXECUTOR_ROLE, type Market, PEER_ID, STAKE, VALIDATOR_ROLE } from "./market.ts";

/** Audits on a market's stake registry, with one validator that has a chain, and blocks whose headers are real. */
export async function openAudits(market: Market, { odds, length }: { odds: bigint; length: number }) {
  const { ethers, ignition } = market.connection;
  const deployed = await ignition.deploy(auditsModule, {
    parameters: { Audits: { stakeRegistry: market.stakeRegistry.address, auditOdds: odds } },
  });
  const audits = await callable(deployed.audits);
  const epochLength = (await audits.read("epochLength")) as bigint;
  const { chainId } = await ethers.provider.getNetwork();

  const validator = await market.fund("auditing validator");
  await market.stakeRegistry.send(validator, "registerAndStake", VALIDATOR_ROLE, PEER_ID, "", STAKE);

  /** Registers a chain for the wallet, whatever came before. */
  const registerChain = async (wallet: Wallet, secret: Hex, covered: number): Promise<AuditChain> => {
    const address = wallet.address.toLowerCase() as Address;
    const tip = chainTip(address, secret, covered);
    const [event] = audits.events(await audits.send(wallet, "registerChain", tip, covered));
    const [firstEpoch, lastEpoch] = [event?.args["firstEpoch"] as bigint, event?.args["lastEpoch"] as bigint];
    return { validator: address, secret, firstEpoch, lastEpoch };
  };

  /** Mines the first block of an epoch, a second after its start, and gives what proves it. */
  const enter = async (epoch: bigint) => {
    const header = async (number: number): Promise<Hex> =>
      encodeHeader(await ethers.provider.send("eth_getBlockByNumber", [`0x${number.toString(16)}`, false]));
    await market.networkHelpers.time.increaseTo(epoch * epochLength + 1n);
    const number = await ethers.provider.getBlockNumber();
    const block = await ethers.provider.send("eth_getBlockByNumber", ["latest", false]);
    const prevRandao = block.mixHash as Hex;
    return { number, prevRandao, parent: await header(number - 1), first: await header(number) };
  };

  const fixSeed = async (epoch: bigint): Promise<ContractTransactionReceipt> => {
    const { number, parent, first } = await enter(epoch);
    return audits.send(validator, "fixSeed", number, parent, first);
  };

  /** Accounts with the executor's role, ascending. */
  const registerExecutors = async (count: number): Promise<Address[]> => {
    const wallets = await Promise.all(
      Array.from({ length: count }, (_, i) => market.fund(`audited executor ${i}`, 1n)),
    );
    for (const wallet of wallets) await market.stakeRegistry.send(wallet, "register", EXECUTOR_ROLE, PEER_ID, "");
    return wallets.map(({ address }) => address.toLowerCase() as Address).sort();
  };

  const chain = await registerChain(validator, id("lloom test audit chain") as Hex, length);
  return { audits, chainId, epochLength, validator, chain, registerChain, enter, fixSeed, registerExecutors };
}
