import type { Metadata } from "next";
import Link from "next/link";
import { DisputeFilters } from "../../components/disputes/dispute-filters.tsx";
import { DisputeTable } from "../../components/disputes/dispute-table.tsx";
import { FeedLink } from "../../components/layout/feed-link.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { chainNow } from "../../lib/chain-time.ts";
import { type DisputeFilter, parseDisputeFilter } from "../../lib/disputes/filter.ts";
import { shortHex } from "../../lib/format.ts";
import { readDisputes } from "../../lib/indexer/lists.ts";
import { DISPUTE_SORTS, parseListQuery, type SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Disputes" };

const PATH = "/disputes";

/** Says whose disputes are listed, with the way back to all. */
function PartyNote({ filter }: { readonly filter: DisputeFilter }) {
  const parties = [
    ...(filter.executor === undefined ? [] : [`against executor ${shortHex(filter.executor)}`]),
    ...(filter.client === undefined ? [] : [`opened by or for ${shortHex(filter.client)}`]),
  ];
  if (parties.length === 0) return <>open ones by their next deadline, then those that are over</>;
  return (
    <>
      {parties.join(", ")}.{" "}
      <Link className="link" href={PATH}>
        Show everybody's
      </Link>
    </>
  );
}

export default async function DisputesPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const params = await searchParams;
  const query = parseListQuery(params, DISPUTE_SORTS);
  const filter = parseDisputeFilter(params);
  const page = await readDisputes(query, filter);
  const keep = { ...filter };
  return (
    <>
      <PageTitle lead="Accusations against executors, decided by what was signed, by bytes on chain, or by a jury. Nobody else can.">
        Disputes
      </PageTitle>
      {!page.ok ? (
        <ProblemPanel problem={page.problem} />
      ) : (
        <Panel
          title="All disputes"
          note={<PartyNote filter={filter} />}
          actions={
            <>
              <FeedLink href="/feeds/disputes" title="Disputes of the Lloom network" />
              <CsvLink table="disputes" params={{ ...keep, sort: query.sort, dir: query.direction }} />
            </>
          }
        >
          <DisputeFilters filter={filter} />
          {page.value.items.length === 0 ? (
            <Empty
              title={Object.values(filter).every((one) => one === undefined) ? "No disputes yet" : "No such dispute"}
            >
              Where nothing is settled wrongly, there is nothing to dispute. A client or a validator opens one.
            </Empty>
          ) : (
            <DisputeTable
              caption="Disputes"
              disputes={page.value.items}
              now={chainNow()}
              sorting={{ path: PATH, query, keep }}
            />
          )}
          <Pager path={PATH} query={query} page={page.value} noun="dispute" keep={keep} />
        </Panel>
      )}
    </>
  );
}
