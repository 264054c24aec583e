import type { ChannelFunds, SettledLane } from "@lloom/protocol/channel-money";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { type EnumName, enumName, enumNumber } from "@lloom/protocol/contract-enums";
import { stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { CHOICE, FRAUDS } from "@lloom/protocol/reputation/choice-rule";
import { isError, ZeroAddress } from "ethers";
import type { Chain } from "./chain.ts";
import { chainFailure } from "./chain-failure.ts";
import { measuredDeposits } from "./contracts.ts";

const ROLES = { executor: "Executor", validator: "Validator" } as const;
/** A role that a member can take. */
export type MemberRole = keyof typeof ROLES;
/** The registry's number of a role. */
export const roleNumber = (role: MemberRole): number => enumNumber(stakeRegistryFacts.Role, ROLES[role]);

/** A member of the stake registry. */
export interface Member {
  readonly role: Lowercase<EnumName<typeof stakeRegistryFacts.Role>>;
  /** Unix seconds; zero if it never registered. */
  readonly registeredAt: bigint;
  /** Base units that count. */
  readonly stake: bigint;
  /** Base units on their way out. */
  readonly unbonding: bigint;
  /** Unix seconds; zero while nothing unbonds. */
  readonly unbondAt: bigint;
  /** Base units that open disputes keep from leaving. */
  readonly frozen: bigint;
  /** Unix seconds from which it can leave jail; zero for a member that is not in jail. */
  readonly jailedUntil: bigint;
}

/** A key that signs for another address. */
export interface SessionSigner {
  readonly principal: Address;
  /** Unix seconds at which it stops counting; zero while in force. */
  readonly thawEnd: bigint;
}

const lowercase = <Name extends string>(name: Name) => name.toLowerCase() as Lowercase<Name>;

/** All reads are done so: at the latest block; LloomError CHAIN_UNREACHABLE or CHAIN_MISMATCH. */
export async function readFor<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw chainFailure(thrown, { what: `read ${what}` });
  }
}

/** A view's answer; `undefined` from what has no such view. Throws as `readFor`. */
export async function readView(
  { provider }: Chain,
  what: string,
  call: { to: Address; data: Hex },
): Promise<Hex | undefined> {
  try {
    const answer = await provider.call(call);
    return answer === "0x" ? undefined : (answer as Hex);
  } catch (thrown) {
    if (isError(thrown, "CALL_EXCEPTION")) return undefined;
    return readFor(what, Promise.reject(thrown));
  }
}

/** Free deposit of a client, base units. */
export const readDeposit = ({ contracts }: Chain, client: Address): Promise<bigint> =>
  readFor("the deposit", contracts.accounting.balanceOf(client));

export async function readChannel({ contracts }: Chain, client: Address, executor: Address): Promise<ChannelFunds> {
  const channel = await readFor("the channel", contracts.accounting.channels(client, executor));
  return { balance: channel.balance, unlocking: channel.unlocking, unlockAt: channel.unlockAt };
}

export async function readLane(
  { contracts }: Chain,
  { client, executor, lane }: { client: Address; executor: Address; lane: bigint },
): Promise<SettledLane> {
  const settled = await readFor("the lane", contracts.accounting.lanes(client, executor, lane));
  return { cost: settled.cost, inbound: settled.inbound, outbound: settled.outbound, nonce: settled.nonce };
}

/** Answers of an executor that the chain has settled ever. */
export async function readSettledRequests({ contracts }: Chain, executor: Address): Promise<bigint> {
  return (await readFor("the executor's counters", contracts.accounting.executorStats(executor))).requests;
}

export async function readMember({ contracts }: Chain, address: Address): Promise<Member> {
  const member = await readFor("the stake", contracts.stakeRegistry.members(address));
  return {
    role: lowercase(enumName(stakeRegistryFacts.Role, member.role)),
    registeredAt: member.registeredAt,
    stake: member.stake,
    unbonding: member.unbonding,
    unbondAt: member.unbondAt,
    frozen: member.frozen,
    jailedUntil: member.jailedUntil,
  };
}

/** Whether the address has a role and at least the role's minimum at stake. */
export const readActive = ({ contracts }: Chain, address: Address): Promise<boolean> =>
  readFor("the stake", contracts.stakeRegistry.isActive(address));

const CHEATING = FRAUDS.map((offence) => enumNumber(stakeRegistryFacts.Offence, offence));

/** Whether an executor was found to have cheated its clients, or admitted it, in the last thirty days. */
export async function readFrauds({ contracts }: Chain, executor: Address): Promise<boolean> {
  const since = BigInt(CHOICE.fraudSeconds);
  const strikes = CHEATING.map((offence) => contracts.stakeRegistry.strikesOf(executor, offence, since));
  return (await readFor("the strikes", Promise.all(strikes))).some((halves) => halves > 0n);
}

/** Smallest stake of a role, base units. */
export const readMinimumStake = ({ contracts }: Chain, role: MemberRole): Promise<bigint> =>
  readFor("the smallest stake", contracts.stakeRegistry.minimumStake(roleNumber(role)));

/** Unmatured tail money that an executor's stake covers, base units. */
export const readCapacity = ({ contracts }: Chain, executor: Address): Promise<bigint> =>
  readFor("the stake's capacity", contracts.stakeRegistry.capacityOf(executor));

/** Whom an address signs for; `undefined` if it is nobody's session signer. */
export async function readSigner({ contracts }: Chain, signer: Address): Promise<SessionSigner | undefined> {
  const { principal, thawEnd } = await readFor("the session signer", contracts.accounting.signers(signer));
  return principal === ZeroAddress ? undefined : { principal: principal.toLowerCase() as Address, thawEnd };
}

/** Payment tokens in a wallet, base units. */
export const readTokenBalance = ({ contracts }: Chain, owner: Address): Promise<bigint> =>
  readFor("the token balance", contracts.token.balanceOf(owner));

/** What of an owner's tokens a contract may take. */
export const readAllowance = ({ contracts }: Chain, owner: Address, spender: Address): Promise<bigint> =>
  readFor("the allowance", contracts.token.allowance(owner, spender));

/** What an account has in MeasuredDeposits for bonds, or can take out. */
export async function readCredit({ provider }: Chain, deposits: Address, account: Address): Promise<bigint> {
  const data = measuredDeposits.encode("creditOf", [account]);
  return BigInt(await readFor("the credit", provider.call({ to: deposits, data })));
}
