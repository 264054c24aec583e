import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../node/src/chain/chain.ts";
import { accountingInterface } from "../../node/src/chain/contracts.ts";

/** A LaneSettled event. Amounts in base units. */
export interface SettledPair {
  readonly client: Address;
  readonly executor: Address;
  readonly lane: bigint;
  readonly nonce: bigint;
  readonly responseHash: Hex;
  readonly paid: bigint;
  readonly laneCost: bigint;
  readonly unpaid: bigint;
}

const lower = (address: unknown): Address => String(address).toLowerCase() as Address;

/** What the chain paid, in order. */
export async function readSettled({ provider, accounting }: Chain): Promise<SettledPair[]> {
  const topics = accountingInterface.encodeFilterTopics("LaneSettled", []);
  const logs = await provider.getLogs({ address: accounting, topics, fromBlock: 0, toBlock: "latest" });
  return logs.map(({ topics, data }) => {
    const { args } = accountingInterface.parseLog({ topics, data }) ?? {};
    const amount = (name: string): bigint => BigInt(args?.[name] ?? 0n);
    return {
      client: lower(args?.["client"]),
      executor: lower(args?.["executor"]),
      ...{ lane: amount("lane"), nonce: amount("nonce"), responseHash: args?.["responseHash"] },
      paid: amount("acknowledgedPaid") + amount("tailPaid"),
      ...{ laneCost: amount("laneCost"), unpaid: amount("unpaid") },
    };
  });
}
