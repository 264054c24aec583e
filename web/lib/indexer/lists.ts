import { ask } from "../graphql.ts";
import type { ListQuery, PartyFilter } from "../list-query.ts";
import type { Answer } from "../problem.ts";
import {
  CLIENT,
  EXECUTOR,
  type Page,
  type Row,
  readPage,
  SETTLEMENT,
  type Shape,
  selection,
  VALIDATOR,
} from "../rows.ts";

/** Rows on one page of a list. */
export const PAGE_SIZE = 25;

const PAGED = "$orderBy: String, $orderDirection: String, $limit: Int, $after: String, $before: String";
const PAGE_ARGUMENTS =
  "orderBy: $orderBy, orderDirection: $orderDirection, limit: $limit, after: $after, before: $before";

interface PagedTable<S extends Shape> {
  readonly field: string;
  readonly filterType: string;
  readonly shape: S;
}

/** A cursor has the indexer's own form, so that it alone can tell a wrong one; instead of it comes the first page. */
async function pageOf<S extends Shape>(
  table: PagedTable<S>,
  query: ListQuery,
  where: Readonly<Record<string, unknown>>,
  limit = PAGE_SIZE,
): Promise<Answer<Page<Row<S>>>> {
  const page = await askPage(table, query, where, limit);
  const refused = !page.ok && page.problem.code === "INDEXER_REFUSED" && (query.after ?? query.before) !== undefined;
  return refused ? askPage(table, { ...query, after: undefined, before: undefined }, where, limit) : page;
}

const askPage = <S extends Shape>(
  { field, filterType, shape }: PagedTable<S>,
  query: ListQuery,
  where: Readonly<Record<string, unknown>>,
  limit: number,
): Promise<Answer<Page<Row<S>>>> =>
  ask(
    {
      takes: `${PAGED}, $where: ${filterType}`,
      fields: `${field}(${PAGE_ARGUMENTS}, where: $where) {
        items { ${selection(shape)} } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`,
      variables: {
        orderBy: query.column,
        orderDirection: query.direction,
        after: query.after,
        before: query.before,
        limit,
        where: query.column === "lastSettledAt" ? { ...where, lastSettledAt_gt: 0 } : where,
      },
    },
    (data) => readPage(shape, data[field], field),
  );

export const readExecutors = (query: ListQuery, limit?: number) =>
  pageOf({ field: "executors", filterType: "executorFilter", shape: EXECUTOR }, query, {}, limit);

export const readClients = (query: ListQuery, limit?: number) =>
  pageOf({ field: "clients", filterType: "clientFilter", shape: CLIENT }, query, {}, limit);

export const readValidators = (query: ListQuery, limit?: number) =>
  pageOf({ field: "validators", filterType: "validatorFilter", shape: VALIDATOR }, query, {}, limit);

/** Everybody's settlements, or those of the parties of the filter. */
export const readSettlements = (query: ListQuery, { executor, client }: PartyFilter, limit?: number) =>
  pageOf(
    { field: "settlements", filterType: "settlementFilter", shape: SETTLEMENT },
    query,
    { executorAddress: executor, clientAddress: client },
    limit,
  );
