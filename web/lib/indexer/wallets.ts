import type { Address } from "@lloom/protocol/commitment-types";
import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { big, hex, orNull, whole } from "../readers.ts";
import { ADDRESS, CHANNEL, CLIENT, EXECUTOR, MEMBER, NETWORK, TOKEN } from "../rows.ts";
import { readItems, readRowOrNull, selection } from "../shapes.ts";
import type { WalletDeployment } from "../wallet/deployment.ts";
import { NETWORK_ROW, rows } from "./query-parts.ts";

const DEPLOYED = {
  ...TOKEN,
  chainId: NETWORK.chainId,
  accounting: NETWORK.accounting,
  stakeRegistry: NETWORK.stakeRegistry,
  paymentToken: hex,
  unlockDelaySeconds: big,
  unbondingPeriodSeconds: big,
  executorMinimumStake: big,
  validatorMinimumStake: big,
} as const;
const SIGNER = { address: hex, authorizedAt: whole, thawEnd: orNull(whole) } as const;
const CLIENT_SUMS = { balance: CLIENT.balance, allocated: CLIENT.allocated } as const;
const CHANNEL_SUMS = {
  executorAddress: CHANNEL.executorAddress,
  balance: CHANNEL.balance,
  unlocking: CHANNEL.unlocking,
  unlockAt: CHANNEL.unlockAt,
} as const;
const MEMBER_SUMS = {
  stake: MEMBER.stake,
  unbonding: MEMBER.unbonding,
  unbondAt: MEMBER.unbondAt,
  jailedUntil: MEMBER.jailedUntil,
} as const;
const EARNED = { earned: EXECUTOR.earned, withdrawn: EXECUTOR.withdrawn } as const;
const REWARD_SUMS = { credited: big, withdrawn: big } as const;

/** A channel of an account, as the index has it. */
export interface IndexedChannel {
  readonly executor: Address;
  readonly balance: bigint;
  readonly unlocking: bigint;
  /** Unix seconds; null while nothing unlocks. */
  readonly unlockAt: number | null;
}

/** A key that signs for an account. */
export interface IndexedSigner {
  readonly address: Address;
  readonly authorizedAt: number;
  /** When a revoked one stops counting; null while in force. */
  readonly thawEnd: number | null;
}

/** What the index has of an account's money. */
export interface IndexedAccount {
  readonly address: Address;
  readonly deposit: bigint;
  readonly channels: readonly IndexedChannel[];
  readonly signers: readonly IndexedSigner[];
  readonly stake: bigint;
  readonly unbonding: bigint;
  readonly unbondAt: number | null;
  readonly jailedUntil: number | null;
  /** Earned and not withdrawn, matured or not. */
  readonly earnings: bigint;
  readonly rewards: bigint;
}

/** What wallets need to know of the network, and of one account. */
export interface WalletPage {
  /** Undefined until the contracts are seen. */
  readonly deployment: WalletDeployment | undefined;
  readonly account: IndexedAccount;
}

const NOBODY: Address = `0x${"00".repeat(20)}`;

export const WALLET_PAGE = defineQuery({
  takes: { address: "String!" },
  fields: `${NETWORK_ROW} { ${selection(DEPLOYED)} }
    ${rows(ADDRESS, "limit: 32", "judges")}
    client(address: $address) { ${selection(CLIENT_SUMS)} }
    executor(address: $address) { ${selection(MEMBER_SUMS)} ${selection(EARNED)} }
    validator(address: $address) { ${selection(MEMBER_SUMS)} }
    rewardAccount(address: $address) { ${selection(REWARD_SUMS)} }
    ${rows(CHANNEL_SUMS, `where: { clientAddress: $address }, orderBy: "balance", orderDirection: "desc", limit: 100`, "channels")}
    ${rows(SIGNER, `where: { principalAddress: $address }, orderBy: "authorizedAt", orderDirection: "desc", limit: 50`, "sessionSigners")}`,
  read: (data): Omit<WalletPage, "account"> & { readonly account: Omit<IndexedAccount, "address"> } => {
    const client = readRowOrNull(CLIENT_SUMS, data["client"], "client");
    const executor = readRowOrNull({ ...MEMBER_SUMS, ...EARNED }, data["executor"], "executor");
    const member = executor ?? readRowOrNull(MEMBER_SUMS, data["validator"], "validator");
    const rewards = readRowOrNull(REWARD_SUMS, data["rewardAccount"], "rewardAccount");
    return {
      deployment: deploymentOf(data),
      account: {
        deposit: client?.balance ?? 0n,
        channels: readItems(CHANNEL_SUMS, data["channels"], "channels").map(({ executorAddress, ...channel }) => ({
          executor: executorAddress,
          ...channel,
        })),
        signers: readItems(SIGNER, data["sessionSigners"], "sessionSigners"),
        stake: member?.stake ?? 0n,
        unbonding: member?.unbonding ?? 0n,
        unbondAt: member?.unbondAt ?? null,
        jailedUntil: member?.jailedUntil ?? null,
        earnings: (executor?.earned ?? 0n) - (executor?.withdrawn ?? 0n),
        rewards: (rewards?.credited ?? 0n) - (rewards?.withdrawn ?? 0n),
      },
    };
  },
});

function deploymentOf(data: Readonly<Record<string, unknown>>): WalletDeployment | undefined {
  const row = readRowOrNull(DEPLOYED, data["network"], "network");
  if (row === undefined) return undefined;
  const { tokenDecimals: decimals, tokenSymbol: symbol, executorMinimumStake, validatorMinimumStake, ...rest } = row;
  return {
    ...rest,
    token: { decimals, symbol },
    minimumStake: { executor: executorMinimumStake, validator: validatorMinimumStake },
    judges: readItems(ADDRESS, data["judges"], "judges").map(({ address }) => address),
  };
}

/** The network's contracts, and an account's money by the index; nobody's without an address. */
export async function readWalletPage(address: Address | undefined): Promise<IndexReply<WalletPage>> {
  const answer = await ask(WALLET_PAGE, { address: address ?? NOBODY });
  if (!answer.ok) return answer;
  const { deployment, account } = answer.value;
  return { ok: true, value: { deployment, account: { address: address ?? NOBODY, ...account } } };
}
