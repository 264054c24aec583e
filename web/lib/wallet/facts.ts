import type { Address } from "@lloom/protocol/commitment-types";
import { addressOf } from "@lloom/protocol/identifiers";
import type { Result } from "ethers/abi";
import { type CalledContract, readContract, readIfThere } from "./contracts.ts";
import type { Judges, WalletDeployment } from "./deployment.ts";
import { askNumber, askRecord, type Provider, quantity } from "./provider.ts";

/** Money of a client that an executor can be paid with. */
export interface ChannelFacts {
  readonly executor: Address;
  readonly balance: bigint;
  readonly unlocking: bigint;
  /** Chain seconds; 0 while nothing unlocks. */
  readonly unlockAt: bigint;
}

export interface MemberFacts {
  readonly role: "executor" | "validator";
  readonly stake: bigint;
  readonly unbonding: bigint;
  /** Chain seconds; 0 for never. */
  readonly unbondAt: bigint;
  readonly jailedUntil: bigint;
  readonly frozen: bigint;
  readonly minimum: bigint;
}

/** All that an account has, by the contracts themselves, of one block. Base units of the token; wei where it says so. */
export interface AccountFacts {
  readonly address: Address;
  readonly block: bigint;
  /** Time of that block. */
  readonly seconds: bigint;
  readonly wei: bigint;
  readonly tokens: bigint;
  readonly deposit: bigint;
  readonly channels: readonly ChannelFacts[];
  readonly earnings: { readonly free: bigint; readonly maturing: bigint };
  readonly member: MemberFacts | undefined;
  readonly rewards: bigint;
  /** For bonds of measured disputes. */
  readonly credit: bigint;
  /** Bonds of delivery disputes that came back, in wei. */
  readonly bondWei: bigint;
  readonly allowances: { readonly accounting: bigint; readonly stakeRegistry: bigint };
}

const ROLES = ["none", "executor", "validator"] as const;

/** Which judge does what: each is known by what it answers. */
export async function findJudges(provider: Provider, { judges }: WalletDeployment): Promise<Judges> {
  const answers = async (contract: CalledContract, name: string): Promise<Address | undefined> => {
    const said = await Promise.all(judges.map((to) => readIfThere(provider, { contract, to, name })));
    return judges[said.findIndex((answer) => answer !== undefined)];
  };
  const delivery = await answers("DeliveryDisputes", "CHALLENGE_WINDOW");
  const measured = await answers("MeasuredDisputes", "disputeCount");
  if (measured === undefined) return { delivery, deposits: undefined };
  const deposits = await readIfThere(provider, { contract: "MeasuredDisputes", to: measured, name: "deposits" });
  return { delivery, deposits: addressOf(String(deposits?.[0])) };
}

/** Whose facts are read. */
export interface FactsOf {
  readonly address: Address;
  readonly deployment: WalletDeployment;
  readonly judges: Judges;
  /** Executors whose channels are looked at. */
  readonly executors: readonly Address[];
}

/** Reads all that an account has through its wallet, as of the latest block. Throws what the wallet throws. */
export async function readFacts(
  provider: Provider,
  { address, deployment, judges, executors }: FactsOf,
): Promise<AccountFacts> {
  const { accounting, stakeRegistry, paymentToken } = deployment;
  const block = await askNumber(provider, "eth_blockNumber");
  const read = (contract: CalledContract, to: Address, name: string, values: readonly unknown[] = [address]) =>
    readContract(provider, { contract, to, name, values }, block);
  const amount = async (...of: Parameters<typeof read>): Promise<bigint> => (await read(...of))[0] as bigint;
  const [header, wei, tokens, deposit, free, maturing, member, rewards, credit, bondWei, forAccounting, forStake] =
    await Promise.all([
      askRecord(provider, "eth_getBlockByNumber", [quantity(block), false]),
      askNumber(provider, "eth_getBalance", [address, quantity(block)]),
      amount("token", paymentToken, "balanceOf"),
      amount("AccountingV2", accounting, "balanceOf"),
      amount("AccountingV2", accounting, "withdrawableEarnings"),
      amount("AccountingV2", accounting, "unmaturedTail"),
      read("StakeRegistry", stakeRegistry, "members"),
      read("StakeRegistry", stakeRegistry, "rewards"),
      judges.deposits === undefined ? 0n : amount("MeasuredDeposits", judges.deposits, "creditOf"),
      judges.delivery === undefined ? 0n : amount("DeliveryDisputes", judges.delivery, "bondsOf"),
      amount("token", paymentToken, "allowance", [address, accounting]),
      amount("token", paymentToken, "allowance", [address, stakeRegistry]),
    ]);
  const channels = await Promise.all(
    executors.map(async (executor): Promise<ChannelFacts> => {
      const found = await read("AccountingV2", accounting, "channels", [address, executor]);
      return { executor, balance: found["balance"], unlocking: found["unlocking"], unlockAt: found["unlockAt"] };
    }),
  );
  return {
    ...{ address, block, seconds: BigInt(String(header?.["timestamp"] ?? 0)), wei, tokens, deposit, channels },
    earnings: { free, maturing },
    member: memberOf(member, deployment),
    rewards: (rewards["credited"] as bigint) - (rewards["withdrawn"] as bigint),
    ...{ credit, bondWei, allowances: { accounting: forAccounting, stakeRegistry: forStake } },
  };
}

function memberOf(found: Result, { minimumStake }: WalletDeployment): MemberFacts | undefined {
  const role = ROLES[Number(found["role"])];
  if (role === undefined || role === "none") return undefined;
  const { stake, unbonding, unbondAt, jailedUntil, frozen } = found.toObject();
  return { role, stake, unbonding, unbondAt, jailedUntil, frozen, minimum: minimumStake[role] };
}
