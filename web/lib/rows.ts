/**
 * The shapes of the indexer's rows. A shape is given once, as field readers; from it come the GraphQL selection, the check
 * of what arrives, and the TypeScript type. Units as in `indexer/ponder.schema.ts`: amounts in base units of the payment
 * token, times in Unix seconds, hashes and addresses in lower-case hex.
 */

/** Turns one JSON value into a typed one, or throws `UnexpectedShape` with the path of the field. */
export type Reader<T> = (value: unknown, path: string) => T;

export type Shape = Readonly<Record<string, Reader<unknown>>>;
export type Row<S extends Shape> = { readonly [K in keyof S]: ReturnType<S[K]> };
export type Hex = `0x${string}`;

/** Something arrived that is not what the schema promises. */
export class UnexpectedShape extends Error {
  override readonly name = "UnexpectedShape";
  readonly code = "INDEXER_ANSWER_INVALID";
}

const refuse = (path: string, wanted: string): never => {
  throw new UnexpectedShape(`${path} is not ${wanted}.`);
};

const text: Reader<string> = (value, path) => (typeof value === "string" ? value : refuse(path, "text"));
const flag: Reader<boolean> = (value, path) => (typeof value === "boolean" ? value : refuse(path, "true or false"));
const whole: Reader<number> = (value, path) =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : refuse(path, "a whole number");
const big: Reader<bigint> = (value, path) =>
  typeof value === "string" && /^-?\d{1,78}$/.test(value) ? BigInt(value) : refuse(path, "a decimal number as text");

const isHex = (value: unknown): value is Hex => typeof value === "string" && /^0x[0-9a-f]{2,128}$/.test(value);
const hex: Reader<Hex> = (value, path) => (isHex(value) ? value : refuse(path, "lower-case hex"));

const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A JSON object, for reading its fields by name. */
export const record: Reader<Readonly<Record<string, unknown>>> = (value, path) =>
  isRecord(value) ? value : refuse(path, "an object");

/** One row of a shape. */
export function readRow<S extends Shape>(shape: S, value: unknown, path: string): Row<S> {
  const source = record(value, path);
  const entries = Object.entries(shape).map(([name, reader]) => [name, reader(source[name], `${path}.${name}`)]);
  // Every key of the shape was read by its own reader, which is what Row<S> says.
  return Object.fromEntries(entries) as Row<S>;
}

/** A row that may be missing. */
export const readRowOrNull = <S extends Shape>(shape: S, value: unknown, path: string): Row<S> | undefined =>
  value === null || value === undefined ? undefined : readRow(shape, value, path);

/** The rows of a list without its page information. */
export function readItems<S extends Shape>(shape: S, value: unknown, path: string): readonly Row<S>[] {
  const items = record(value, path)["items"];
  if (!Array.isArray(items)) return refuse(`${path}.items`, "a list");
  return items.map((item: unknown, index) => readRow(shape, item, `${path}.items[${index}]`));
}

/** One page of a list, with what is needed to turn to the next. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly totalCount: number;
  /** Cursor for `before`, undefined on the first page. */
  readonly previous: string | undefined;
  /** Cursor for `after`, undefined on the last page. */
  readonly next: string | undefined;
}

export function readPage<S extends Shape>(shape: S, value: unknown, path: string): Page<Row<S>> {
  const source = record(value, path);
  const info = record(source["pageInfo"], `${path}.pageInfo`);
  const cursor = (has: string, name: string) =>
    info[has] === true ? text(info[name], `${path}.pageInfo.${name}`) : undefined;
  return {
    items: readItems(shape, value, path),
    totalCount: whole(source["totalCount"], `${path}.totalCount`),
    previous: cursor("hasPreviousPage", "startCursor"),
    next: cursor("hasNextPage", "endCursor"),
  };
}

/** The GraphQL selection of a shape. */
export const selection = (shape: Shape): string => Object.keys(shape).join(" ");

const WORK = {
  settlementCount: whole,
  requests: big,
  inboundTokens: big,
  outboundTokens: big,
  acknowledgedPaid: big,
  tailPaid: big,
  paid: big,
} as const;

const WORK_TIMES = { firstSettledAt: orNull(whole), lastSettledAt: orNull(whole) } as const;

const MEMBER = {
  address: hex,
  peerId: orNull(text),
  metadataURI: orNull(text),
  registeredAt: orNull(whole),
  stake: big,
  unbonding: big,
  unbondAt: orNull(whole),
  jailedUntil: orNull(whole),
  slashed: big,
  active: flag,
} as const;

const ORIGIN = { block: big, timestamp: whole, transactionHash: hex } as const;

export const NETWORK = {
  chainId: big,
  accounting: hex,
  stakeRegistry: hex,
  executorCount: whole,
  activeExecutorCount: whole,
  validatorCount: whole,
  activeValidatorCount: whole,
  clientCount: whole,
  channelCount: whole,
  executorMinimumStake: big,
  validatorMinimumStake: big,
  ...WORK,
  deposited: big,
  earningsWithdrawn: big,
  staked: big,
  unbonding: big,
  lastSettledAt: orNull(whole),
} as const;

export const TOKEN = { tokenSymbol: text, tokenDecimals: whole } as const;
export const EXECUTOR = {
  ...MEMBER,
  firstSeenAt: whole,
  withdrawn: big,
  tailHeld: big,
  tailRefunded: big,
  clientCount: whole,
  ...WORK,
  ...WORK_TIMES,
} as const;
export const VALIDATOR = MEMBER;
export const CLIENT = {
  address: hex,
  firstSeenAt: whole,
  deposited: big,
  withdrawn: big,
  balance: big,
  allocated: big,
  executorCount: whole,
  ...WORK,
  ...WORK_TIMES,
} as const;
export const CHANNEL = {
  clientAddress: hex,
  executorAddress: hex,
  balance: big,
  unlocking: big,
  unlockAt: orNull(whole),
  ...WORK,
  ...WORK_TIMES,
} as const;
export const EXECUTOR_MODEL = { modelHash: hex, ...WORK, ...WORK_TIMES } as const;
export const SETTLEMENT = {
  id: text,
  clientAddress: hex,
  executorAddress: hex,
  laneNumber: big,
  nonce: big,
  requests: big,
  requestHash: hex,
  responseHash: hex,
  modelHash: hex,
  inboundTokens: big,
  outboundTokens: big,
  acknowledgedPaid: big,
  tailPaid: big,
  paid: big,
  laneCost: big,
  unpaid: big,
  channelBalance: big,
  submitter: hex,
  ...ORIGIN,
} as const;
export const PAIR_REJECTION = { id: text, position: big, requestHash: hex, reason: text, ...ORIGIN } as const;
export const DAY = { day: whole, ...WORK } as const;
export const HOUR = { hour: whole, ...WORK } as const;
export const ADDRESS = { address: hex } as const;
export const SETTLEMENT_ID = { id: text } as const;
/** What the minute chart of a young network needs of a settlement. */
export const SETTLEMENT_WORK = { timestamp: whole, requests: big, paid: big } as const;

export type Network = Row<typeof NETWORK>;
export type Executor = Row<typeof EXECUTOR>;
export type Validator = Row<typeof VALIDATOR>;
export type Client = Row<typeof CLIENT>;
export type Channel = Row<typeof CHANNEL>;
export type ExecutorModel = Row<typeof EXECUTOR_MODEL>;
export type Settlement = Row<typeof SETTLEMENT>;
export type PairRejection = Row<typeof PAIR_REJECTION>;
