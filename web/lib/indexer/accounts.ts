import {
  AUDIT,
  type AuditReport,
  DISPUTE,
  type Dispute,
  type JurySeat,
  SEAT,
  SLASHING,
  type Slashing,
  STRIKE,
  type StrikeRow,
} from "../dispute-rows.ts";
import type { ModelMarket } from "../executors/why.ts";
import { ask } from "../graphql.ts";
import { type Movement, movementsOf } from "../movements/movements.ts";
import { CLIENT_MOVEMENT } from "../movements/rows.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { list, record } from "../readers.ts";
import { REPUTATION_ROW, type Reputation } from "../reputation-rows.ts";
import {
  CHANNEL,
  type Channel,
  CLIENT,
  type Client,
  CONDUCT,
  type Conduct,
  DAY,
  type Day,
  EXECUTOR,
  EXECUTOR_MODEL,
  type Executor,
  type ExecutorModel,
  LANE,
  type Lane,
  REWARD_ACCOUNT,
  type RewardAccount,
  SESSION_SIGNER,
  SETTLEMENT,
  type SessionSigner,
  type SettlementRow,
  STAKE_MOVEMENT,
  type StakeMovement,
  VALIDATOR,
  type Validator,
} from "../rows.ts";
import { readItems, readRow, readRowOrNull, selection } from "../shapes.ts";
import { CHART_SECONDS, DAY_SECONDS, rows, since } from "./query-parts.ts";

export interface ExecutorPage {
  readonly executor: Executor;
  readonly days: readonly Day[];
  readonly settlements: readonly SettlementRow[];
  readonly channels: readonly Channel[];
  readonly models: readonly ExecutorModel[];
  readonly disputes: readonly Dispute[];
  readonly audits: readonly AuditReport[];
  /** Of the epochs in which something happened that counts, newest first. */
  readonly history: readonly Reputation[];
  /** Newest first. */
  readonly strikes: readonly StrikeRow[];
  readonly stakeMovements: readonly StakeMovement[];
  readonly slashings: readonly Slashing[];
  /** Who else was paid for its models. */
  readonly markets: readonly ModelMarket[];
}

const LATEST_SETTLEMENTS = rows(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 15`, "settlements");
const LARGEST_CHANNELS = rows(CHANNEL, `orderBy: "paid", orderDirection: "desc", limit: 15`, "channels");

const FIRST_DISPUTES = `orderBy: "place", orderDirection: "desc", limit: 10`;
const LATEST_AUDITS = rows(AUDIT, `orderBy: "epoch", orderDirection: "desc", limit: 10`, "audits");

/** More than a chart can show apart. */
const CHART_EPOCHS = 100;

/** Models whose market is looked at, and executors of each. */
const MARKETS = 5;
const MOST_RIVALS = 100;
const RIVAL_WORK = {
  paid: EXECUTOR_MODEL.paid,
  inboundTokens: EXECUTOR_MODEL.inboundTokens,
  outboundTokens: EXECUTOR_MODEL.outboundTokens,
} as const;
const RIVAL = {
  address: EXECUTOR.address,
  active: EXECUTOR.active,
  trust: EXECUTOR.trust,
  grade: EXECUTOR.grade,
} as const;

function readMarket(item: unknown, path: string): ModelMarket {
  const { modelHash, model } = record(item, path);
  const sellers = model === null ? [] : itemsOf(record(model, `${path}.model`)["executors"], `${path}.executors`);
  return {
    modelHash: EXECUTOR_MODEL.modelHash(modelHash, `${path}.modelHash`),
    rivals: sellers.flatMap((seller, index) => {
      const at = `${path}.executors.items[${index}]`;
      const executor = readRowOrNull(RIVAL, record(seller, at)["executor"], `${at}.executor`);
      return executor === undefined ? [] : [{ work: readRow(RIVAL_WORK, seller, at), executor }];
    }),
  };
}

const itemsOf = (value: unknown, path: string): readonly unknown[] =>
  list(record(value, path)["items"], `${path}.items`);

export const EXECUTOR_PAGE = defineQuery({
  takes: { address: "String!", day: "Float" },
  fields: `executor(address: $address) { ${selection(EXECUTOR)}
    ${rows(DAY, `orderBy: "day", orderDirection: "desc", limit: 100, where: { day_gte: $day }`, "days")}
    ${LATEST_SETTLEMENTS}
    ${LARGEST_CHANNELS}
    ${rows(EXECUTOR_MODEL, `orderBy: "paid", orderDirection: "desc", limit: 20`, "models")}
    ${rows(DISPUTE, FIRST_DISPUTES, "disputes")}
    ${LATEST_AUDITS}
    ${rows(STRIKE, `orderBy: "timestamp", orderDirection: "desc", limit: 20`, "strikes")}
    ${rows(STAKE_MOVEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 20`, "stakeMovements")}
    ${rows(SLASHING, `orderBy: "timestamp", orderDirection: "desc", limit: 20`, "slashings")}
    markets: models(orderBy: "paid", orderDirection: "desc", limit: ${MARKETS}) { items { modelHash model {
      executors(orderBy: "paid", orderDirection: "desc", limit: ${MOST_RIVALS}) {
        items { ${selection(RIVAL_WORK)} executor { ${selection(RIVAL)} } } } } } }
    ${rows(REPUTATION_ROW, `orderBy: "epoch", orderDirection: "desc", limit: ${CHART_EPOCHS}`, "reputations")} }`,
  read: (data): ExecutorPage | undefined => {
    const executor = readRowOrNull(EXECUTOR, data["executor"], "executor");
    if (executor === undefined) return undefined;
    const source = record(data["executor"], "executor");
    return {
      executor,
      days: readItems(DAY, source["days"], "executor.days").toReversed(),
      settlements: readItems(SETTLEMENT, source["settlements"], "executor.settlements"),
      channels: readItems(CHANNEL, source["channels"], "executor.channels"),
      models: readItems(EXECUTOR_MODEL, source["models"], "executor.models"),
      disputes: readItems(DISPUTE, source["disputes"], "executor.disputes"),
      audits: readItems(AUDIT, source["audits"], "executor.audits"),
      history: readItems(REPUTATION_ROW, source["reputations"], "executor.reputations"),
      strikes: readItems(STRIKE, source["strikes"], "executor.strikes"),
      stakeMovements: readItems(STAKE_MOVEMENT, source["stakeMovements"], "executor.stakeMovements"),
      slashings: readItems(SLASHING, source["slashings"], "executor.slashings"),
      markets: itemsOf(source["markets"], "executor.markets").map((item, index) =>
        readMarket(item, `executor.markets.items[${index}]`),
      ),
    };
  },
});

/** One executor with its newest settlements, largest channels, models and days; undefined if there is none. */
export const readExecutor = (address: string, nowSeconds: number): Promise<IndexReply<ExecutorPage | undefined>> =>
  ask(EXECUTOR_PAGE, { address, day: since(nowSeconds, CHART_SECONDS, DAY_SECONDS) });

const LARGEST_FIRST = `orderBy: "paid", orderDirection: "desc", limit: 15`;

export interface ClientPage {
  /** What speaks against the executors of its channels. */
  readonly conduct: readonly Conduct[];
  readonly client: Client;
  readonly disputes: readonly Dispute[];
  readonly settlements: readonly SettlementRow[];
  readonly channels: readonly Channel[];
  /** The ones that were settled last. */
  readonly lanes: readonly Lane[];
  readonly signers: readonly SessionSigner[];
  /** Its money's newest, without settlements. */
  readonly movements: readonly Movement[];
}

const NO_MOVES = { stake: [], earnings: [], rewards: [] } as const;

export const CLIENT_PAGE = defineQuery({
  takes: { address: "String!" },
  fields: `client(address: $address) { ${selection(CLIENT)} ${LATEST_SETTLEMENTS} ${LARGEST_CHANNELS}
    ${rows(LANE, `orderBy: "lastSettledAt", orderDirection: "desc", limit: 15`, "lanes")}
    ${rows(SESSION_SIGNER, `orderBy: "authorizedAt", orderDirection: "desc", limit: 50`, "signers")}
    ${rows(CLIENT_MOVEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 20`, "movements")}
    partners: channels(${LARGEST_FIRST}) { items { executor { ${selection(CONDUCT)} } } } }
    ${rows(DISPUTE, `where: { challenger: $address }, ${FIRST_DISPUTES}`, "disputes")}`,
  read: (data): ClientPage | undefined => {
    const client = readRowOrNull(CLIENT, data["client"], "client");
    if (client === undefined) return undefined;
    const source = record(data["client"], "client");
    const partners = list(record(source["partners"], "client.partners")["items"], "client.partners.items");
    return {
      client,
      conduct: partners.flatMap((partner, index) => {
        const path = `client.partners.items[${index}]`;
        return readRowOrNull(CONDUCT, record(partner, path)["executor"], `${path}.executor`) ?? [];
      }),
      disputes: readItems(DISPUTE, data["disputes"], "disputes"),
      settlements: readItems(SETTLEMENT, source["settlements"], "client.settlements"),
      channels: readItems(CHANNEL, source["channels"], "client.channels"),
      lanes: readItems(LANE, source["lanes"], "client.lanes"),
      signers: readItems(SESSION_SIGNER, source["signers"], "client.signers"),
      movements: movementsOf({
        client: readItems(CLIENT_MOVEMENT, source["movements"], "client.movements"),
        ...NO_MOVES,
      }),
    };
  },
});

/** One client with its newest settlements and largest channels; undefined if there is none. */
export const readClient = (address: string): Promise<IndexReply<ClientPage | undefined>> =>
  ask(CLIENT_PAGE, { address });

export interface ValidatorPage {
  readonly validator: Validator;
  readonly audits: readonly AuditReport[];
  readonly seats: readonly JurySeat[];
  readonly stakeMovements: readonly StakeMovement[];
  readonly slashings: readonly Slashing[];
  /** Undefined before the first. */
  readonly rewards: RewardAccount | undefined;
}

export const VALIDATOR_PAGE = defineQuery({
  takes: { address: "String!" },
  fields: `validator(address: $address) { ${selection(VALIDATOR)} ${LATEST_AUDITS}
    ${rows(SEAT, `orderBy: "timestamp", orderDirection: "desc", limit: 15`, "jurySeats")}
    ${rows(STAKE_MOVEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 20`, "stakeMovements")}
    ${rows(SLASHING, `orderBy: "timestamp", orderDirection: "desc", limit: 20`, "slashings")}
    reward { ${selection(REWARD_ACCOUNT)} } }`,
  read: (data): ValidatorPage | undefined => {
    const validator = readRowOrNull(VALIDATOR, data["validator"], "validator");
    if (validator === undefined) return undefined;
    const source = record(data["validator"], "validator");
    return {
      validator,
      audits: readItems(AUDIT, source["audits"], "validator.audits"),
      seats: readItems(SEAT, source["jurySeats"], "validator.jurySeats"),
      stakeMovements: readItems(STAKE_MOVEMENT, source["stakeMovements"], "validator.stakeMovements"),
      slashings: readItems(SLASHING, source["slashings"], "validator.slashings"),
      rewards: readRowOrNull(REWARD_ACCOUNT, source["reward"], "validator.reward"),
    };
  },
});

/** One validator with its newest audits and juries; undefined if there is none. */
export const readValidator = (address: string): Promise<IndexReply<ValidatorPage | undefined>> =>
  ask(VALIDATOR_PAGE, { address });
