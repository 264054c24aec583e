import { utcText } from "@lloom/protocol/utc-text";
import type { CsvColumn } from "./csv.ts";
import type { Dispute } from "./dispute-rows.ts";
import { parseDisputeFilter } from "./disputes/filter.ts";
import { parseExecutorFilter } from "./executors/filter.ts";
import { formatFraction } from "./format.ts";
import { readClients, readDisputes, readExecutors, readSettlements, readValidators } from "./indexer/lists.ts";
import {
  CLIENT_SORTS,
  DISPUTE_SORTS,
  EXECUTOR_SORTS,
  type ListQuery,
  parsePartyFilter,
  SETTLEMENT_SORTS,
  type SearchParams,
  type Sorts,
  VALIDATOR_SORTS,
} from "./list-query.ts";
import { answered, type IndexReply } from "./problem.ts";
import type { Client, Executor, Member, SettlementRow, Validator } from "./rows.ts";
import type { Page } from "./shapes.ts";

/** A list that can be downloaded: its orders, its columns, and how a page of it is read. */
export interface CsvTable<T> {
  readonly sorts: Sorts;
  readonly columns: readonly CsvColumn<T>[];
  readonly read: (query: ListQuery, asked: SearchParams, limit: number) => Promise<IndexReply<Page<T>>>;
}

type Work = Pick<Executor, "requests" | "inboundTokens" | "outboundTokens" | "paid">;

const amount = <T>(name: string, value: (row: T) => bigint): CsvColumn<T> => ({ name, value, isAmount: true });
const time = (seconds: number | null): string | null => (seconds === null ? null : utcText(seconds, "iso"));

const WORK: readonly CsvColumn<Work>[] = [
  { name: "answers", value: (row) => row.requests },
  { name: "inbound tokens", value: (row) => row.inboundTokens },
  { name: "outbound tokens", value: (row) => row.outboundTokens },
  amount("paid", (row) => row.paid),
];

const MEMBER: readonly CsvColumn<Member>[] = [
  { name: "address", value: (row) => row.address },
  { name: "peer id", value: (row) => row.peerId },
  { name: "active", value: (row) => row.active },
  { name: "registered at", value: (row) => time(row.registeredAt) },
  amount("stake", (row) => row.stake),
  amount("unbonding", (row) => row.unbonding),
  { name: "jailed until", value: (row) => time(row.jailedUntil) },
  amount("frozen", (row) => row.frozen),
  amount("slashed", (row) => row.slashed),
];

type Audited = Pick<Executor, "auditsPassed" | "auditsFailed" | "auditsUnanswered" | "auditsInconclusive">;

const AUDITS: readonly CsvColumn<Audited>[] = [
  { name: "audits passed", value: (row) => row.auditsPassed },
  { name: "audits failed", value: (row) => row.auditsFailed },
  { name: "audits unanswered", value: (row) => row.auditsUnanswered },
  { name: "audits inconclusive", value: (row) => row.auditsInconclusive },
];

const EXECUTORS: CsvTable<Executor> = {
  sorts: EXECUTOR_SORTS,
  columns: [
    ...MEMBER,
    { name: "grade", value: (row) => row.grade },
    { name: "trust", value: (row) => (row.trust === null ? null : formatFraction(row.trust)) },
    { name: "disputes", value: (row) => row.disputeCount },
    { name: "disputes open", value: (row) => row.openDisputeCount },
    { name: "disputes lost", value: (row) => row.disputesLost },
    ...AUDITS,
    ...WORK,
    { name: "average price per million tokens", value: (row) => row.averagePrice, isAmount: true },
    amount("withdrawn", (row) => row.withdrawn),
    amount("held by disputes", (row) => row.tailHeld),
    amount("refunded by disputes", (row) => row.tailRefunded),
    { name: "clients", value: (row) => row.clientCount },
    { name: "last settled at", value: (row) => time(row.lastSettledAt) },
  ],
  read: async (query, asked, limit) => {
    const list = await readExecutors(query, parseExecutorFilter(asked), limit);
    return list.ok ? answered(list.value.page) : list;
  },
};

const CLIENTS: CsvTable<Client> = {
  sorts: CLIENT_SORTS,
  columns: [
    { name: "address", value: (row) => row.address },
    ...WORK,
    amount("deposited", (row) => row.deposited),
    amount("balance", (row) => row.balance),
    amount("allocated", (row) => row.allocated),
    { name: "executors", value: (row) => row.executorCount },
    { name: "last settled at", value: (row) => time(row.lastSettledAt) },
  ],
  read: (query, _asked, limit) => readClients(query, limit),
};

const VALIDATORS: CsvTable<Validator> = {
  sorts: VALIDATOR_SORTS,
  columns: [
    ...MEMBER,
    { name: "audit reports", value: (row) => row.auditReportCount },
    ...AUDITS,
    { name: "jury seats", value: (row) => row.seatCount },
    { name: "votes revealed", value: (row) => row.voteCount },
    { name: "fines", value: (row) => row.fineCount },
  ],
  read: (query, _asked, limit) => readValidators(query, limit),
};

const SETTLEMENTS: CsvTable<SettlementRow> = {
  sorts: SETTLEMENT_SORTS,
  columns: [
    { name: "id", value: (row) => row.id },
    { name: "time", value: (row) => time(row.timestamp) },
    { name: "block", value: (row) => row.block },
    { name: "transaction", value: (row) => row.transactionHash },
    { name: "client", value: (row) => row.clientAddress },
    { name: "executor", value: (row) => row.executorAddress },
    { name: "lane", value: (row) => row.laneNumber },
    { name: "nonce", value: (row) => row.nonce },
    { name: "model hash", value: (row) => row.modelHash },
    ...WORK,
    amount("acknowledged", (row) => row.acknowledgedPaid),
    amount("tail", (row) => row.tailPaid),
    amount("unpaid", (row) => row.unpaid),
    { name: "request hash", value: (row) => row.requestHash },
    { name: "response hash", value: (row) => row.responseHash },
  ],
  read: (query, asked, limit) => readSettlements(query, parsePartyFilter(asked), limit),
};

const DISPUTES: CsvTable<Dispute> = {
  sorts: DISPUTE_SORTS,
  columns: [
    { name: "id", value: (row) => row.disputeId },
    { name: "judge", value: (row) => row.judgeAddress },
    { name: "kind", value: (row) => row.offence },
    { name: "state", value: (row) => row.state },
    { name: "executor", value: (row) => row.executorAddress },
    { name: "opened by", value: (row) => row.challenger },
    amount("at stake", (row) => row.atStake),
    { name: "opened at", value: (row) => time(row.timestamp) },
    { name: "next deadline", value: (row) => time(row.until) },
    { name: "ended at", value: (row) => time(row.closedAt) },
    { name: "transaction", value: (row) => row.transactionHash },
  ],
  read: (query, asked, limit) => readDisputes(query, parseDisputeFilter(asked), limit),
};

/** Calls `use` with the table of that name; undefined for a name that is no table. */
export function withCsvTable<R>(name: string, use: <T>(table: CsvTable<T>) => R): R | undefined {
  switch (name) {
    case "executors":
      return use(EXECUTORS);
    case "clients":
      return use(CLIENTS);
    case "validators":
      return use(VALIDATORS);
    case "settlements":
      return use(SETTLEMENTS);
    case "disputes":
      return use(DISPUTES);
    default:
      return undefined;
  }
}
