import type { Address } from "@lloom/protocol/commitment-types";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { connect } from "../../../checkout/rpc.ts";
import { DEVNET_ACCOUNTS } from "../../../devnet/src/accounts.ts";
import type { Deployment } from "../../../devnet/src/deployment.ts";
import { stakeRegistryInterface, tokenInterface } from "../../../node/src/chain/contracts.ts";
import { roleNumber } from "../../../node/src/chain/reads.ts";
import type { Identity } from "../../../node/src/wallet/identity.ts";

/** Base units. */
const STAKE = 200_000_000n;
/** Wei, for gas. */
const ETHER = `0x${(10n ** 20n).toString(16)}`;
const GAS = "0x7a120";
/** Calls under way at a time. */
const AT_ONCE = 16;

export interface Seats {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
}

/** Makes all of them executors with the same stake, each by transactions of its own, on a chain that signs for everybody. */
export async function seatExecutors({ rpcUrl, deployment }: Seats, executors: readonly Identity[]): Promise<void> {
  const { stakeRegistry, paymentToken } = deployment;
  const deployer = DEVNET_ACCOUNTS.deployer.address;
  const provider = connect(rpcUrl);
  const send = (from: string, to: string, data: string): Promise<unknown> =>
    provider.send("eth_sendTransaction", [{ from, to, data, gas: GAS }]);
  try {
    const whole = STAKE * BigInt(executors.length);
    await send(deployer, paymentToken, tokenInterface.encodeFunctionData("mint", [deployer, whole]));
    await send(deployer, paymentToken, tokenInterface.encodeFunctionData("approve", [stakeRegistry, whole]));
    await inTurns(executors, async ({ address, secret }) => {
      await provider.send("hardhat_setBalance", [address, ETHER]);
      await provider.send("hardhat_impersonateAccount", [address]);
      const registration = [roleNumber("executor"), peerIdBytes(secret), ""];
      await send(address, stakeRegistry, stakeRegistryInterface.encodeFunctionData("register", registration));
      const stake = stakeRegistryInterface.encodeFunctionData("stakeFor", [address, STAKE]);
      await send(deployer, stakeRegistry, stake);
    });
  } finally {
    provider.destroy();
  }
}

/** Gives a client ether and tokens. */
export async function fundClient({ rpcUrl, deployment }: Seats, client: Address, amount: bigint): Promise<void> {
  const provider = connect(rpcUrl);
  try {
    await provider.send("hardhat_setBalance", [client, ETHER]);
    const data = tokenInterface.encodeFunctionData("mint", [client, amount]);
    const { address: from } = DEVNET_ACCOUNTS.deployer;
    await provider.send("eth_sendTransaction", [{ from, to: deployment.paymentToken, data, gas: GAS }]);
  } finally {
    provider.destroy();
  }
}

async function inTurns<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const work = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
