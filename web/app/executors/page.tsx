import type { Metadata } from "next";
import { ExecutorTable } from "../../components/accounts/executor-table.tsx";
import { ExecutorFilters } from "../../components/executors/executor-filters.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { type ExecutorFilter, parseExecutorFilter } from "../../lib/executors/filter.ts";
import { MOST_SELLERS_LISTED, readExecutors } from "../../lib/indexer/lists.ts";
import { EXECUTOR_SORTS, parseListQuery, type SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Executors" };

const PATH = "/executors";

/** Whom an order leaves out, by its word in the address bar. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  last: "those that have not settled yet are left out of this order",
  trust: "those that have not registered are left out of this order",
  price: "those that were not paid for any token are left out of this order",
};

const noteOf = (sort: string, filter: ExecutorFilter): string | undefined =>
  [
    LEFT_OUT[sort],
    filter.model === undefined
      ? undefined
      : `the ${MOST_SELLERS_LISTED} at most that were paid best for this model; prices are of all that they sold`,
  ]
    .filter((note) => note !== undefined)
    .join("; ") || undefined;

export default async function ExecutorsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const params = await searchParams;
  const query = parseListQuery(params, EXECUTOR_SORTS);
  const filter = parseExecutorFilter(params);
  const list = await readExecutors(query, filter);
  const [keep, order] = [{ ...filter }, { sort: query.sort, dir: query.direction }];
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <PageTitle lead="They run the models. Prices are agreed between client and executor and are not on chain.">
        Executors
      </PageTitle>
      {!list.ok ? (
        <ProblemPanel problem={list.problem} />
      ) : (
        <Panel
          title={isNarrowed ? "Executors" : "All executors"}
          note={noteOf(query.sort, filter)}
          actions={<CsvLink table="executors" params={{ ...keep, ...order }} />}
        >
          <ExecutorFilters filter={filter} order={order} />
          {list.value.page.items.length === 0 ? (
            isNarrowed ? (
              <Empty title="No executor is so">Choose "All" in one of the lines above, or leave the model out.</Empty>
            ) : (
              <Empty title="No executors yet">Executors show up here when they register and stake.</Empty>
            )
          ) : (
            <ExecutorTable
              executors={list.value.page.items}
              sorting={{ path: PATH, query, keep }}
              now={laterNow()}
              market={list.value.market}
            />
          )}
          <Pager path={PATH} query={query} page={list.value.page} noun="executor" keep={keep} />
        </Panel>
      )}
    </>
  );
}
