import { testTokenAbi } from "@lloom/protocol/generated/abi";
import { peerIdBytes } from "@lloom/protocol/peer-id";
import { Contract, Wallet } from "ethers";
import { connect } from "../../checkout/rpc.ts";
import { deposit, registerAndStake } from "../../node/src/chain/account/actions.ts";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { createLog } from "../../node/src/log.ts";
import { identityFromSecret } from "../../node/src/wallet/identity.ts";
import { DEVNET_ACCOUNTS, type DevnetAccount } from "./accounts.ts";
import { type Cheat, needsJury } from "./cheats/kinds.ts";
import type { Deployment } from "./deployment.ts";

/** Test tokens, 6 decimals: enough for each part. */
const EXECUTOR_STAKE = 200_000_000n;
const VALIDATOR_STAKE = 1_000_000_000n;
const CLIENT_DEPOSIT = 100_000_000n;
/** Left in the wallets of whoever may complain, for bonds. */
const POCKET = 50_000_000n;

export interface Chairs {
  readonly rpcUrl: string;
  readonly deployment: Deployment;
  /** One executor more is seated, a dishonest one; and jurors, where it takes those to judge it. */
  readonly cheat: Cheat | undefined;
  readonly signal: AbortSignal;
}

/** Mints test tokens, registers and stakes validators and executors, deposits for the gateway. */
export async function seatMembers(chairs: Chairs): Promise<void> {
  const { gateway, cheat } = DEVNET_ACCOUNTS;
  const executors = [...DEVNET_ACCOUNTS.executors, ...(chairs.cheat === undefined ? [] : [cheat])];
  const validators = [...DEVNET_ACCOUNTS.validators, ...(needsJury(chairs.cheat) ? DEVNET_ACCOUNTS.jurors : [])];
  await mint(chairs, [
    ...validators.map((account) => [account, VALIDATOR_STAKE + POCKET] as const),
    ...executors.map((account) => [account, EXECUTOR_STAKE] as const),
    [gateway, CLIENT_DEPOSIT + POCKET] as const,
  ]);
  await Promise.all([
    ...validators.map((account) =>
      withChain(chairs, account, (chain) => seat(chain, account, "validator", VALIDATOR_STAKE)),
    ),
    ...executors.map((account) =>
      withChain(chairs, account, (chain) => seat(chain, account, "executor", EXECUTOR_STAKE)),
    ),
    withChain(chairs, gateway, (chain) => deposit(chain, CLIENT_DEPOSIT)),
  ]);
}

async function mint(
  { rpcUrl, deployment }: Chairs,
  gifts: readonly (readonly [DevnetAccount, bigint])[],
): Promise<void> {
  const provider = connect(rpcUrl);
  try {
    const { deployer } = DEVNET_ACCOUNTS;
    const signer = new Wallet(`0x${Buffer.from(deployer.secret).toString("hex")}`, provider);
    const token = new Contract(deployment.paymentToken, testTokenAbi, signer);
    // One after the other: a chain that mines at once refuses a transaction that overtakes the one before it.
    for (const [account, amount] of gifts) {
      const transaction = await token.getFunction("mint").send(account.address, amount, { gasLimit: 100_000n });
      await transaction.wait();
    }
  } finally {
    provider.destroy();
  }
}

/** Somebody acts on the chain with its own key. */
export async function withChain(
  chairs: Chairs,
  account: DevnetAccount,
  act: (chain: Chain) => Promise<unknown>,
): Promise<void> {
  const identity = identityFromSecret(account.secret);
  const { rpcUrl, deployment, signal } = chairs;
  const log = createLog({ level: "silent", name: account.name });
  await using chain = await openChain({ rpcUrl, accounting: deployment.accounting, identity, signal, log });
  await act(chain);
}

const seat = (chain: Chain, account: DevnetAccount, role: "executor" | "validator", amount: bigint): Promise<unknown> =>
  registerAndStake(chain, { role, peerId: peerIdBytes(account.secret), metadataURI: "", amount });
