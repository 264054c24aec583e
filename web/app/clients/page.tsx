import type { Metadata } from "next";
import { ClientTable } from "../../components/accounts/client-table.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { readClients } from "../../lib/indexer/lists.ts";
import { CLIENT_SORTS, parseListQuery, type SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Clients" };

const PATH = "/clients";

export default async function ClientsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const query = parseListQuery(await searchParams, CLIENT_SORTS);
  const page = await readClients(query);
  return (
    <>
      <PageTitle lead="They pay for answers, out of a deposit that they allocate to executors.">Clients</PageTitle>
      {!page.ok ? (
        <ProblemPanel problem={page.problem} />
      ) : (
        <Panel
          title="All clients"
          note={
            query.column === "lastSettledAt" ? "those that have not settled yet are left out of this order" : undefined
          }
          actions={<CsvLink table="clients" params={{ sort: query.sort, dir: query.direction }} />}
        >
          {page.value.items.length === 0 ? (
            <Empty title="No clients yet">Clients show up here when they deposit.</Empty>
          ) : (
            <ClientTable clients={page.value.items} sorting={{ path: PATH, query }} now={laterNow()} />
          )}
          <Pager path={PATH} query={query} page={page.value} noun="client" />
        </Panel>
      )}
    </>
  );
}
