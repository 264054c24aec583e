import type { Metadata } from "next";
import { ExecutorTable } from "../../components/accounts/executor-table.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { readExecutors } from "../../lib/indexer/lists.ts";
import { EXECUTOR_SORTS, parseListQuery, type SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Executors" };

const PATH = "/executors";

/** Whom an order leaves out, by its word in the address bar. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  last: "those that have not settled yet are left out of this order",
  trust: "those that have not registered are left out of this order",
};

export default async function ExecutorsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const query = parseListQuery(await searchParams, EXECUTOR_SORTS);
  const page = await readExecutors(query);
  return (
    <>
      <PageTitle lead="They run the models. Prices are agreed between client and executor and are not on chain.">
        Executors
      </PageTitle>
      {!page.ok ? (
        <ProblemPanel problem={page.problem} />
      ) : (
        <Panel
          title="All executors"
          note={LEFT_OUT[query.sort]}
          actions={<CsvLink table="executors" params={{ sort: query.sort, dir: query.direction }} />}
        >
          {page.value.items.length === 0 ? (
            <Empty title="No executors yet">Executors show up here when they register and stake.</Empty>
          ) : (
            <ExecutorTable executors={page.value.items} sorting={{ path: PATH, query }} now={laterNow()} />
          )}
          <Pager path={PATH} query={query} page={page.value} noun="executor" />
        </Panel>
      )}
    </>
  );
}
