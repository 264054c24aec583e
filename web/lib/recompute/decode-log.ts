import type { Hex } from "@lloom/protocol/commitment-types";
import { accountingV2Abi, auditsAbi, stakeRegistryAbi } from "@lloom/protocol/generated/abi";
import { bytesToHex } from "@lloom/protocol/hex";
import { keccak256 } from "@lloom/protocol/keccak";
import { REPUTATION_LOGS, type ReputationLog } from "@lloom/protocol/reputation/chain-events";

/** A log as a server gives it. */
export interface RawLog {
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

interface Input {
  readonly name: string;
  readonly type: string;
  readonly indexed?: boolean;
  /** Of a struct. */
  readonly components?: readonly Input[];
}
interface EventOfAbi {
  readonly name: string;
  readonly inputs: readonly Input[];
}

const ABIS: Readonly<Record<string, readonly { readonly type: string }[]>> = {
  AccountingV2: accountingV2Abi,
  StakeRegistry: stakeRegistryAbi,
  Audits: auditsAbi,
};
/** Digits of a word. */
const WORD = 64;

/** A type as signatures have it: a struct by what it is made of. */
const typeIn = ({ type, components = [] }: Input): string =>
  type.startsWith("tuple") ? `(${components.map(typeIn).join(",")})${type.slice("tuple".length)}` : type;

const topicOf = ({ name, inputs }: EventOfAbi): Hex =>
  bytesToHex(keccak256(new TextEncoder().encode(`${name}(${inputs.map(typeIn).join(",")})`)));

/** Of what is not as long as any other of its type, the data has a place alone. */
const isDynamic = ({ type, components = [] }: Input): boolean =>
  type === "bytes" || type === "string" || type.endsWith("]") || components.some(isDynamic);

/** Words that a value takes among the others. */
const wordsOf = (input: Input): number =>
  input.type !== "tuple" || isDynamic(input) ? 1 : (input.components ?? []).reduce((sum, one) => sum + wordsOf(one), 0);

/** The events that reputation is computed from, by their topic. */
const EVENTS = new Map(
  Object.entries(REPUTATION_LOGS).flatMap(([contract, { names }]) =>
    (ABIS[contract] ?? [])
      .filter((entry) => entry.type === "event")
      .map((entry) => entry as unknown as EventOfAbi)
      .filter(({ name }) => (names as readonly string[]).includes(name))
      .map((event) => [topicOf(event), { contract, ...event }] as const),
  ),
);

/** Topics of a contract's events that count. */
export const topicsOf = (contract: string): readonly Hex[] =>
  [...EVENTS].filter(([, event]) => event.contract === contract).map(([topic]) => topic);

/** A value of one word; undefined for anything longer, which reputation is not computed from. */
function valueIn(input: Input, words: readonly string[]): bigint | string | boolean | undefined {
  const { type } = input;
  const [word = ""] = words;
  if (words.length !== 1 || isDynamic(input) || type === "tuple") return undefined;
  if (type === "address") return `0x${word.slice(-40)}`;
  if (type === "bool") return BigInt(`0x${word}`) !== 0n;
  if (type.startsWith("int")) return BigInt.asIntN(256, BigInt(`0x${word}`));
  return type.startsWith("uint") ? BigInt(`0x${word}`) : `0x${word}`;
}

/** A log's event with its arguments by name; undefined for an event that does not count, or data that is not of its form. */
export function decodeLog({ topics, data }: RawLog, seconds: bigint): ReputationLog | undefined {
  const event = EVENTS.get(topics[0] ?? "0x");
  if (event === undefined) return undefined;
  const indexed = topics.slice(1).map((topic) => topic.slice(2));
  const rest = data.slice(2).match(new RegExp(`.{${WORD}}`, "g")) ?? [];
  const args: Record<string, unknown> = {};
  for (const input of event.inputs) {
    const count = input.indexed === true ? 1 : wordsOf(input);
    const words = (input.indexed === true ? indexed : rest).splice(0, count);
    if (words.length !== count || words.some((word) => word.length !== WORD)) return undefined;
    const value = valueIn(input, words);
    if (value !== undefined) args[input.name] = value;
  }
  return { name: event.name, args, seconds } as unknown as ReputationLog;
}
