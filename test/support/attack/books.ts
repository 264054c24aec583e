import { join } from "node:path";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../../node/src/chain/chain.ts";
import { type Member, readChannel, readDeposit, readMember, readTokenBalance } from "../../../node/src/chain/reads.ts";
import { openClientLog } from "../../../node/src/store/client/client-log.ts";
import type { OwnReceipt } from "../../../node/src/store/client/own-receipts.ts";
import { type Database, openDatabase } from "../../../node/src/store/database/database.ts";
import { openExecutorLog } from "../../../node/src/store/executor/executor-log.ts";
import type { ServedReceipt } from "../../../node/src/store/executor/served-receipts.ts";
import { readUnmaturedTail, readWithdrawable } from "../earned.ts";
import { readSettled, type SettledPair } from "../settled-pairs.ts";

/** What a client holds, by its log and by the chain. */
export interface ClientBook {
  readonly address: Address;
  readonly deposit: bigint;
  readonly channels: bigint;
  readonly receipts: readonly OwnReceipt[];
  /** Every request that it signed. */
  readonly requests: ReadonlySet<Hex>;
}

/** What an honest executor holds, by its log and by the chain. */
export interface ExecutorBook {
  readonly name: string;
  readonly address: Address;
  readonly member: Member;
  readonly receipts: readonly ServedReceipt[];
  /** Base units that its log says the chain still owes. */
  readonly owed: bigint;
  /** Base units that the chain holds for it. */
  readonly earnings: bigint;
}

/** All that was written down. */
export interface Books {
  readonly clients: readonly ClientBook[];
  readonly executors: readonly ExecutorBook[];
  readonly settled: readonly SettledPair[];
  /** Payment tokens in the escrow. */
  readonly escrow: bigint;
}

interface Kept {
  readonly name: string;
  readonly address: string;
}

export interface BooksToRead {
  readonly chain: Chain;
  /** Where each process keeps its data, in a folder of its name. */
  readonly dir: string;
  readonly clients: readonly Kept[];
  readonly executors: readonly Kept[];
  /** Everybody who may have a channel or earnings, honest or not. */
  readonly payees: readonly Address[];
}

/** Reads the logs of processes that have ended, and the chain. */
export async function readBooks({ chain, dir, clients, executors, payees }: BooksToRead): Promise<Books> {
  const open = ({ name, address }: Kept, file: string): Database => {
    const scope = `${chain.domain.chainId}/${chain.accounting}/${address.toLowerCase()}`;
    return openDatabase(join(dir, name, file), { scope });
  };
  return {
    clients: await Promise.all(
      clients.map((client) => clientBook(chain, lower(client), { db: open(client, "client.sqlite"), payees })),
    ),
    executors: await Promise.all(
      executors.map((executor) => executorBook(chain, executor, open(executor, "executor.sqlite"))),
    ),
    settled: await readSettled(chain),
    escrow: await readTokenBalance(chain, chain.accounting),
  };
}

const lower = ({ address }: { readonly address: string }): Address => address.toLowerCase() as Address;

async function clientBook(
  chain: Chain,
  address: Address,
  { db, payees }: { readonly db: Database; readonly payees: readonly Address[] },
): Promise<ClientBook> {
  using _closed = db;
  const log = openClientLog(db);
  const channels = await Promise.all(payees.map((executor) => readChannel(chain, address, executor)));
  return {
    address,
    deposit: await readDeposit(chain, address),
    channels: channels.reduce((sum, { balance }) => sum + balance, 0n),
    receipts: allPages((page) => log.receipts(page)),
    requests: new Set(db.all("SELECT request_hash FROM own_requests").map((row) => row["request_hash"] as Hex)),
  };
}

async function executorBook(chain: Chain, executor: Kept, db: Database): Promise<ExecutorBook> {
  using _closed = db;
  const log = openExecutorLog(db);
  const address = lower(executor);
  const [withdrawable, tail] = await Promise.all([readWithdrawable(chain, address), readUnmaturedTail(chain, address)]);
  return {
    name: executor.name,
    address,
    member: await readMember(chain, address),
    receipts: allPages((page) => log.receipts(page)),
    owed: log.unsettled().reduce((sum, { amountOwed }) => sum + amountOwed, 0n),
    earnings: withdrawable + tail,
  };
}

const PAGE = 1000;

/** Every page of a log, until one is not full. */
function allPages<T extends { readonly cursor: number }>(
  read: (page: { readonly limit: number; readonly before?: number }) => readonly T[],
): T[] {
  const all: T[] = [];
  for (;;) {
    const before = all.at(-1)?.cursor;
    const page = read({ limit: PAGE, ...(before === undefined ? {} : { before }) });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
