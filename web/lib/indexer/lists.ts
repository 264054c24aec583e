import { DISPUTE } from "../dispute-rows.ts";
import { type DisputeFilter, disputesWhere } from "../disputes/filter.ts";
import { type ExecutorFilter, executorsWhere, type MarketFacts, modelHashOf } from "../executors/filter.ts";
import { ask, askNow } from "../graphql.ts";
import type { ListQuery, PartyFilter } from "../list-query.ts";
import { averagePrice } from "../models/market-share.ts";
import { atOneMoment } from "../moment/page-moment.ts";
import { answered, type IndexReply } from "../problem.ts";
import { defineQuery, type Query, type Takes, type VariablesOf } from "../query.ts";
import { hex } from "../readers.ts";
import { CLIENT, EXECUTOR, type Executor, MODEL, NETWORK, SETTLEMENT, VALIDATOR } from "../rows.ts";
import { type Page, type RowShape, readItems, readPage, readRowOrNull, selection } from "../shapes.ts";
import { NETWORK_ROW, rows } from "./query-parts.ts";

/** Rows on one page of a list. */
export const PAGE_SIZE = 25;

const PAGED = {
  orderBy: "String",
  orderDirection: "String",
  limit: "Int",
  after: "String",
  before: "String",
} as const satisfies Takes;
const PAGE_ARGUMENTS = [...Object.keys(PAGED), "where"].map((name) => `${name}: $${name}`).join(", ");

type FilterType = Extract<Takes[string], `${string}Filter`>;

const defineList = <S extends RowShape>(field: string, filter: FilterType, shape: S) =>
  defineQuery({
    takes: { ...PAGED, where: filter },
    fields: `${field}(${PAGE_ARGUMENTS}) {
      items { ${selection(shape)} } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
    read: (data) => readPage(shape, data[field], field),
  });

export const EXECUTOR_LIST = defineList("executors", "executorFilter", EXECUTOR);
const MARKET = {
  executorMinimumStake: NETWORK.executorMinimumStake,
  paid: NETWORK.paid,
  inboundTokens: NETWORK.inboundTokens,
  outboundTokens: NETWORK.outboundTokens,
} as const;
const SELLER = { executorAddress: hex } as const;
/** Executors of one model that a list can be narrowed to, the best paid. */
export const MOST_SELLERS_LISTED = 1_000;

export const EXECUTOR_MARKET = defineQuery({
  takes: { hash: "String" },
  fields: `${NETWORK_ROW} { ${selection(MARKET)} }
    ${rows(SELLER, `where: { modelHash: $hash }, orderBy: "paid", orderDirection: "desc", limit: ${MOST_SELLERS_LISTED}`, "executorModels")}`,
  read: (data): MarketFacts => {
    const network = readRowOrNull(MARKET, data["network"], "network");
    return {
      minimumStake: network?.executorMinimumStake ?? 0n,
      averagePrice: network && averagePrice(network),
      sellers: readItems(SELLER, data["executorModels"], "executorModels").map(
        ({ executorAddress }) => executorAddress,
      ),
    };
  },
});

export const CLIENT_LIST = defineList("clients", "clientFilter", CLIENT);
export const MODEL_LIST = defineList("models", "modelFilter", MODEL);
export const VALIDATOR_LIST = defineList("validators", "validatorFilter", VALIDATOR);
export const DISPUTE_LIST = defineList("disputes", "disputeFilter", DISPUTE);
export const SETTLEMENT_LIST = defineList("settlements", "settlementFilter", SETTLEMENT);

type Filter = Readonly<Record<string, unknown>>;
type ListOf<T> = Query<VariablesOf<typeof PAGED & { readonly where: FilterType }>, Page<T>>;

/**
 * A cursor has the indexer's own form, so that it alone can tell a wrong one; instead of it comes the first page. `fileRows`: of a
 * part of a file, which comes from the index or not at all.
 */
async function pageOf<T>(
  list: ListOf<T>,
  query: ListQuery,
  filter: Filter,
  fileRows?: number,
): Promise<IndexReply<Page<T>>> {
  const page = await askPage(list, query, filter, fileRows);
  const refused = !page.ok && page.problem.code === "INDEXER_REFUSED" && (query.after ?? query.before) !== undefined;
  return refused ? askPage(list, { ...query, after: undefined, before: undefined }, filter, fileRows) : page;
}

/** An order by what only some rows have leaves the others out: a list cannot be turned by a cursor that is nothing. */
const KNOWN: Readonly<Record<string, Filter>> = {
  lastSettledAt: { lastSettledAt_gt: 0 },
  trust: { trust_gte: "0" },
  averagePrice: { averagePrice_gte: "0" },
};

const askPage = <T>(
  list: ListOf<T>,
  query: ListQuery,
  filter: Filter,
  fileRows?: number,
): Promise<IndexReply<Page<T>>> =>
  (fileRows === undefined ? ask : askNow)(list, {
    orderBy: query.column,
    orderDirection: query.direction,
    after: query.after,
    before: query.before,
    limit: fileRows ?? PAGE_SIZE,
    where: { ...KNOWN[query.column], ...filter },
  });

/** A page of executors, and the market by which they are judged. */
export interface ExecutorList {
  readonly page: Page<Executor>;
  readonly market: MarketFacts;
}

/** All executors, or those that the filter leaves. */
export const readExecutors = (
  query: ListQuery,
  filter: ExecutorFilter,
  fileRows?: number,
): Promise<IndexReply<ExecutorList>> =>
  atOneMoment(async () => {
    const question = { hash: modelHashOf(filter) ?? "" };
    const market = await (fileRows === undefined ? ask : askNow)(EXECUTOR_MARKET, question);
    if (!market.ok) return market;
    const page = await pageOf(EXECUTOR_LIST, query, executorsWhere(filter, market.value), fileRows);
    return page.ok ? answered({ page: page.value, market: market.value }) : page;
  });

/** Rows of a list in an order that the index does not know. */
const MOST_ORDERED = 1_000;
const MOST_SHOWN = 100;

/** Executors in an order that the index does not know, of those that the filter leaves; the first hundred. */
export const readExecutorsInOrder = (
  addresses: readonly string[],
  filter: ExecutorFilter,
): Promise<IndexReply<ExecutorList>> =>
  atOneMoment(async () => {
    const market = await ask(EXECUTOR_MARKET, { hash: modelHashOf(filter) ?? "" });
    if (!market.ok) return market;
    const sellers = filter.model === undefined ? undefined : new Set(market.value.sellers);
    const wanted = addresses.filter((address) => sellers?.has(address) !== false).slice(0, MOST_ORDERED);
    const where = { ...executorsWhere(filter, market.value), address_in: wanted.length === 0 ? ["0x"] : wanted };
    const page = await ask(EXECUTOR_LIST, {
      ...{ orderBy: "earned", orderDirection: "desc", limit: MOST_ORDERED, where },
      ...{ after: undefined, before: undefined },
    });
    if (!page.ok) return page;
    const place = new Map(wanted.map((address, index) => [address, index]));
    const placeOf = ({ address }: Executor): number => place.get(address) ?? MOST_ORDERED;
    const items = page.value.items.toSorted((a, b) => placeOf(a) - placeOf(b)).slice(0, MOST_SHOWN);
    return answered({
      page: { ...page.value, items, previous: undefined, next: undefined },
      market: market.value,
    });
  });

export const readClients = (query: ListQuery, fileRows?: number) => pageOf(CLIENT_LIST, query, {}, fileRows);
export const readModels = (query: ListQuery, fileRows?: number) => pageOf(MODEL_LIST, query, {}, fileRows);
export const readValidators = (query: ListQuery, fileRows?: number) => pageOf(VALIDATOR_LIST, query, {}, fileRows);

/** Everybody's settlements, or those of the parties of the filter. */
export const readSettlements = (query: ListQuery, { executor, client }: PartyFilter, fileRows?: number) =>
  pageOf(SETTLEMENT_LIST, query, { executorAddress: executor, clientAddress: client }, fileRows);

/** All disputes, or those that the filter leaves. */
export const readDisputes = (query: ListQuery, filter: DisputeFilter, fileRows?: number) =>
  pageOf(DISPUTE_LIST, query, disputesWhere(filter), fileRows);
