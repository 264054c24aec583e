import { formerNameProblem } from "@lloom/protocol/environment";
import { NETWORKS } from "@lloom/protocol/generated/networks";
import { addressOf } from "@lloom/protocol/identifiers";
import type { NetworkBook } from "@lloom/protocol/networks";

/** Where the indexer keeps its tables. */
export type IndexerDatabase =
  | { readonly kind: "postgres"; readonly connectionString: string }
  | { readonly kind: "pglite"; readonly directory: string };

export interface IndexerEnv {
  readonly rpcUrl: string;
  readonly rpcWsUrl: string | undefined;
  readonly chainId: number;
  readonly accounting: `0x${string}`;
  readonly stakeRegistry: `0x${string}`;
  readonly audits: `0x${string}`;
  /** Block in which the first of the contracts was deployed, or an earlier one. */
  readonly startBlock: number;
  readonly pollMs: number;
  readonly database: IndexerDatabase;
}

type Variables = Readonly<Record<string, string | undefined>>;

interface Setting<Value> {
  readonly name: string;
  /** What a right value is, to finish the sentence "LLOOM_X has to be …". */
  readonly expected: string;
  /** Undefined for a value that is not right. */
  readonly parse: (text: string) => Value | undefined;
}

const RPC_URL = setting("LLOOM_RPC_URL", "an http or https URL", url("http:", "https:"));
const RPC_WS_URL = setting("LLOOM_RPC_WS_URL", "a ws or wss URL", url("ws:", "wss:"));
const NETWORK = "LLOOM_NETWORK";
const CHAIN_ID = setting("LLOOM_CHAIN_ID", "a whole number from 1 up", integer(1));
const ACCOUNTING = setting("LLOOM_ACCOUNTING", "the address of AccountingV2: 0x and 40 hex digits", addressOf);
const STAKE_REGISTRY = setting("LLOOM_STAKE_REGISTRY", "the address of StakeRegistry: 0x and 40 hex digits", addressOf);
const AUDITS = setting("LLOOM_AUDITS", "the address of Audits: 0x and 40 hex digits", addressOf);
const START_BLOCK = setting("LLOOM_START_BLOCK", "a whole number from 0 up", integer(0));
const POLL_MS = setting("LLOOM_POLL_MS", "a whole number from 100 to 60000", integer(100, 60_000));
const DATABASE_URL = setting("LLOOM_DATABASE_URL", "a postgres or postgresql URL", url("postgres:", "postgresql:"));
const PGLITE_DIR = setting("LLOOM_PGLITE_DIR", "a directory", (text) => text);

const DEFAULT_POLL_MS = 1_000;
const WHERE_TO_KEEP =
  "Set either LLOOM_DATABASE_URL (Postgres) or LLOOM_PGLITE_DIR (a directory for the built-in database)";

/**
 * Reads the settings from environment variables. Either all of them are right, or `problems` has a sentence for each that
 * is not. Values are never repeated in a sentence: URLs carry passwords and API keys.
 */
export function readEnv(
  variables: Variables,
  book: NetworkBook = NETWORKS,
): { env: IndexerEnv } | { problems: readonly string[] } {
  const former = formerNameProblem(variables);
  const problems: string[] = former === undefined ? [] : [former];
  const network = variables[NETWORK]?.trim();
  const fromBook = network ? bookVariables(network, book) : {};
  if (fromBook === undefined) return { problems: [unknownNetwork(book)] };
  const read = <Value>({ name, expected, parse }: Setting<Value>): Value | undefined => {
    const text = variables[name]?.trim() || fromBook[name];
    if (text === undefined || text === "") return undefined;
    const value = parse(text);
    if (value === undefined) problems.push(`${name} has to be ${expected}.`);
    return value;
  };
  const need = <Value>(wanted: Setting<Value>): Value | undefined => {
    if (!(variables[wanted.name]?.trim() || fromBook[wanted.name]))
      problems.push(`${wanted.name} is missing: set it to ${wanted.expected}.`);
    return read(wanted);
  };
  const [rpcUrl, chainId, accounting, stakeRegistry, audits] = [
    need(RPC_URL),
    need(CHAIN_ID),
    need(ACCOUNTING),
    need(STAKE_REGISTRY),
    need(AUDITS),
  ];
  const [rpcWsUrl, startBlock, pollMs] = [read(RPC_WS_URL), read(START_BLOCK) ?? 0, read(POLL_MS) ?? DEFAULT_POLL_MS];
  const database = chooseDatabase(read(DATABASE_URL), read(PGLITE_DIR));
  if (typeof database === "string") {
    if (!problems.some((problem) => problem.startsWith(DATABASE_URL.name))) problems.push(database);
    return { problems };
  }
  if (!(rpcUrl && chainId && accounting && stakeRegistry && audits) || problems.length > 0) return { problems };
  return { env: { rpcUrl, rpcWsUrl, chainId, accounting, stakeRegistry, audits, startBlock, pollMs, database } };
}

/** What the address book says of a network, under the names of the variables that would say it; undefined if nothing. */
function bookVariables(network: string, book: NetworkBook): Variables | undefined {
  const known = Object.hasOwn(book, network) ? book[network] : undefined;
  if (known === undefined) return undefined;
  const { chainId, startBlock, contracts } = known;
  return {
    [CHAIN_ID.name]: String(chainId),
    [START_BLOCK.name]: String(startBlock),
    [ACCOUNTING.name]: contracts.AccountingV2,
    [STAKE_REGISTRY.name]: contracts.StakeRegistry,
    [AUDITS.name]: contracts.Audits,
  };
}

function unknownNetwork(book: NetworkBook): string {
  const names = Object.keys(book);
  const has =
    names.length === 0 ? "The book is empty as yet: set the addresses themselves" : `It has ${names.join(", ")}`;
  return `${NETWORK} names no network of the address book. ${has}.`;
}

/** The database, or the sentence that says why there is none. */
function chooseDatabase(connectionString: string | undefined, directory: string | undefined): IndexerDatabase | string {
  if (connectionString !== undefined && directory !== undefined) return `${WHERE_TO_KEEP}, not both.`;
  if (connectionString !== undefined) return { kind: "postgres", connectionString };
  if (directory !== undefined) return { kind: "pglite", directory };
  return `${WHERE_TO_KEEP}.`;
}

function setting<Value>(name: string, expected: string, parse: Setting<Value>["parse"]): Setting<Value> {
  return { name, expected, parse };
}

function url(...schemes: readonly string[]): (text: string) => string | undefined {
  return (text) => (URL.canParse(text) && schemes.includes(new URL(text).protocol) ? text : undefined);
}

function integer(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number | undefined {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum ? value : undefined;
  };
}
