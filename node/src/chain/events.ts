import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { accountingV2Abi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import type { Log as ChainLog, ParamType } from "ethers";
import { accountingInterface, stakeRegistryInterface } from "./contracts.ts";

/** Where an event is. */
export interface EventPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: number;
}

type AbiEvent = Extract<(typeof accountingV2Abi | typeof stakeRegistryAbi)[number], { readonly type: "event" }>;
type Value<Type extends string> = Type extends "address"
  ? Address
  : Type extends `uint${string}`
    ? bigint
    : Type extends `bytes${string}`
      ? Hex
      : string;
type Values<Event extends AbiEvent> = {
  readonly [Input in Event["inputs"][number] as Input["name"]]: Value<Input["type"]>;
};

/**
 * Every event of AccountingV2 and StakeRegistry, told apart by `type`, with the values that the interface documents:
 * addresses lower-case, integers bigint. The types are read off the ABI, so they cannot differ from the contract.
 */
export type ChainEvent = {
  [Event in AbiEvent as Event["name"]]: { readonly type: Event["name"] } & Values<Event> & EventPlace;
}[AbiEvent["name"]];
/** One kind of event. */
export type ChainEventOf<Type extends ChainEvent["type"]> = Extract<ChainEvent, { readonly type: Type }>;

/** A log of one of the contracts as an event; `undefined` for one that no ABI names. */
export function decodeEvent(log: ChainLog): ChainEvent | undefined {
  const parsed = accountingInterface.parseLog(log) ?? stakeRegistryInterface.parseLog(log);
  if (parsed === null) return undefined;
  const values = parsed.fragment.inputs.map((input, index) => [input.name, argumentOf(input, parsed.args[index])]);
  const place: EventPlace = {
    blockNumber: log.blockNumber,
    blockHash: log.blockHash as Hex,
    transactionHash: log.transactionHash as Hex,
    logIndex: log.index,
  };
  // Holds by construction: name and values come from the same ABI entry as the type.
  return { type: parsed.name, ...Object.fromEntries(values), ...place } as ChainEvent;
}

const argumentOf = ({ baseType }: ParamType, value: unknown): unknown =>
  baseType === "address" ? String(value).toLowerCase() : value;
