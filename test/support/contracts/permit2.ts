import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MaxUint256, type Wallet } from "ethers";
import permit2CollectorModule from "../../../ignition/modules/Permit2Collector.ts";
import { callable } from "./callable.ts";
import type { Market } from "./market.ts";

const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";
/** Where the Solidity tests have Permit2's code, with its source and hash. */
const FIXTURE = join(import.meta.dirname, "../../contracts/support/Permit2.sol");

const TYPES = {
  PermitWitnessTransferFrom: [
    { name: "permitted", type: "TokenPermissions" },
    { name: "spender", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
    { name: "witness", type: "LloomDeposit" },
  ],
  LloomDeposit: [
    { name: "accounting", type: "address" },
    { name: "client", type: "address" },
  ],
  TokenPermissions: [
    { name: "token", type: "address" },
    { name: "amount", type: "uint256" },
  ],
};

/** Permit2 where it stands on every chain that has it, and its collector by way of Ignition. */
export async function openPermit2({ connection, accounting, token, deadline }: Market) {
  const { ethers, ignition, networkHelpers } = connection;
  const code = /hex"([0-9a-f]{10000,})"/.exec(readFileSync(FIXTURE, "utf8"))?.[1] ?? "";
  await networkHelpers.setCode(PERMIT2, `0x${code}`);
  const parameters = { Permit2Collector: { accounting: accounting.address } };
  const deployed = await ignition.deploy(permit2CollectorModule, { parameters });
  const collector = await callable(deployed.permit2Collector);
  const { chainId } = await ethers.provider.getNetwork();

  /** The wallet approves Permit2 and signs, as any wallet program does, that some of its tokens are a client's deposit. */
  const sign = async (wallet: Wallet, client: string, amount: bigint) => {
    await token.send(wallet, "approve", PERMIT2, MaxUint256);
    const wish = { nonce: 1n, deadline: await deadline() };
    const signature = await wallet.signTypedData({ name: "Permit2", chainId, verifyingContract: PERMIT2 }, TYPES, {
      ...wish,
      permitted: { token: token.address, amount },
      spender: collector.address,
      witness: { accounting: accounting.address, client },
    });
    return [wallet.address, amount, wish.nonce, wish.deadline, signature] as const;
  };
  return { collector, sign };
}
