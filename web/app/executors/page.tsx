import type { Metadata } from "next";
import { ExecutorTable } from "../../components/accounts/executor-table.tsx";
import { ExecutorFilters } from "../../components/executors/executor-filters.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { ObservedBy } from "../../components/observed/observed-by.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { type ExecutorFilter, parseExecutorFilter } from "../../lib/executors/filter.ts";
import { MOST_SELLERS_LISTED, readExecutors, readExecutorsInOrder } from "../../lib/indexer/lists.ts";
import { EXECUTOR_SORTS, parseListQuery, type SearchParams } from "../../lib/list-query.ts";

import { inObservedOrder, parseObservedSort } from "../../lib/observer/executor-order.ts";
import { observedExecutors } from "../../lib/observer/observed.ts";
import { UNSEEN_WORDS } from "../../lib/observer/words.ts";

export const metadata: Metadata = { title: "Executors" };

const PATH = "/executors";

/** Whom an order leaves out, by its word in the address bar. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  last: "those that have not settled yet are left out of this order",
  trust: "those that have not registered are left out of this order",
  price: "those that were not paid for any token are left out of this order",
  now: "the first hundred; those of whom no offer was heard are left out of this order",
  latency: "the first hundred; those that never answered the observer are left out of this order",
  uptime: "the first hundred; those that the observer did not call are left out of this order",
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
  const listed = parseListQuery(params, EXECUTOR_SORTS);
  const filter = parseExecutorFilter(params);
  const observed = await observedExecutors();
  const rows = observed.state === "seen" ? observed.content.executors : undefined;
  const observedSort = parseObservedSort(params);
  const isObservedOrder = observedSort !== undefined && rows !== undefined;
  const list = isObservedOrder
    ? await readExecutorsInOrder(inObservedOrder(rows, observedSort, listed.direction), filter)
    : await readExecutors(listed, filter);
  const query = isObservedOrder ? { ...listed, sort: observedSort, after: undefined, before: undefined } : listed;
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
          <p className="border-b border-line px-4 py-2 text-[0.8125rem] text-ink-soft">
            {observed.state === "seen" ? (
              <>
                Price now, first response and up: <ObservedBy {...observed} now={laterNow()} />.
              </>
            ) : (
              <span data-testid="unseen" data-state={observed.state}>
                {UNSEEN_WORDS[observed.state]}
              </span>
            )}
          </p>
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
              observed={rows}
            />
          )}
          <Pager path={PATH} query={query} page={list.value.page} noun="executor" keep={keep} />
        </Panel>
      )}
    </>
  );
}
