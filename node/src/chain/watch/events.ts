import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { accountingV2Abi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import type { Log as ChainLog, LogDescription, ParamType } from "ethers";
import { accountingInterface, stakeRegistryInterface } from "../contracts.ts";

/** Where an event is. */
export interface EventPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: number;
}

type EventOf<Abi extends readonly unknown[]> = Extract<Abi[number], AbiEntry>;
interface AbiEntry {
  readonly type: "event";
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly type: string }[];
}
type Value<Type extends string> = Type extends "address"
  ? Address
  : Type extends `uint${string}`
    ? bigint
    : Type extends `bytes${string}`
      ? Hex
      : string;
type Values<Event extends AbiEntry> = {
  readonly [Input in Event["inputs"][number] as Input["name"]]: Value<Input["type"]>;
};
/**
 * Every event of an ABI, told apart by `type`, with the values that the interface documents: addresses lower-case, integers
 * bigint. The types are read off the ABI, so they cannot differ from the contract.
 */
export type EventsOf<Abi extends readonly unknown[]> = {
  [Event in EventOf<Abi> as Event["name"]]: { readonly type: Event["name"] } & Values<Event> & EventPlace;
}[EventOf<Abi>["name"]];

/** Every event of AccountingV2 and StakeRegistry. */
export type ChainEvent = EventsOf<typeof accountingV2Abi> | EventsOf<typeof stakeRegistryAbi>;
/** One kind of event. */
export type ChainEventOf<Type extends ChainEvent["type"]> = Extract<ChainEvent, { readonly type: Type }>;

/** A log of one of the contracts as an event; `undefined` for one that no ABI names. */
export function decodeEvent(log: ChainLog): ChainEvent | undefined {
  const parsed = accountingInterface.parseLog(log) ?? stakeRegistryInterface.parseLog(log);
  if (parsed === null) return undefined;
  // Holds by construction: name and values come from the same ABI entry as the type.
  return { ...eventOf(parsed), ...placeOf(log) } as ChainEvent;
}

/** Name and values of a parsed log. */
export function eventOf({ name, args, fragment }: LogDescription): Readonly<Record<string, unknown>> {
  const values = fragment.inputs.map((input, index) => [input.name, argumentOf(input, args[index])]);
  return { type: name, ...Object.fromEntries(values) };
}

/** Where a log is. */
export const placeOf = (log: ChainLog): EventPlace => ({
  blockNumber: log.blockNumber,
  blockHash: log.blockHash as Hex,
  transactionHash: log.transactionHash as Hex,
  logIndex: log.index,
});

const argumentOf = ({ baseType }: ParamType, value: unknown): unknown =>
  baseType === "address" ? String(value).toLowerCase() : value;
