import type { Metadata } from "next";
import Link from "next/link";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { SettlementTable } from "../../components/settlements/settlement-table.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { shortHex } from "../../lib/format.ts";
import { readSettlements } from "../../lib/indexer/lists.ts";
import {
  type PartyFilter,
  parseListQuery,
  parsePartyFilter,
  SETTLEMENT_SORTS,
  type SearchParams,
} from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Settlements" };

const PATH = "/settlements";

/** Says whose settlements are listed, with the way back to all. */
function FilterNote({ filter }: { readonly filter: PartyFilter }) {
  const parties = [
    ...(filter.executor === undefined ? [] : [`executor ${shortHex(filter.executor)}`]),
    ...(filter.client === undefined ? [] : [`client ${shortHex(filter.client)}`]),
  ];
  if (parties.length === 0) return null;
  return (
    <>
      of {parties.join(" and ")}.{" "}
      <Link className="link" href={PATH}>
        Show everybody's
      </Link>
    </>
  );
}

export default async function SettlementsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const params = await searchParams;
  const query = parseListQuery(params, SETTLEMENT_SORTS);
  const filter = parsePartyFilter(params);
  const page = await readSettlements(query, filter);
  const keep = { ...filter };
  return (
    <>
      <PageTitle lead="Each settlement pays an executor for one or many answers of one client, proven by two signatures.">
        Settlements
      </PageTitle>
      {!page.ok ? (
        <ProblemPanel problem={page.problem} />
      ) : (
        <Panel
          title={(filter.executor ?? filter.client) ? "Settlements" : "All settlements"}
          note={<FilterNote filter={filter} />}
          actions={<CsvLink table="settlements" params={{ ...keep, sort: query.sort, dir: query.direction }} />}
        >
          {page.value.items.length === 0 ? (
            <Empty title="No settlements yet">
              Ask a model through the gateway; the executor settles a little later.
            </Empty>
          ) : (
            <SettlementTable
              caption="Settlements"
              settlements={page.value.items}
              now={laterNow()}
              sorting={{ path: PATH, query, keep }}
              {...(filter.executor === undefined ? {} : { without: "executor" })}
            />
          )}
          <Pager path={PATH} query={query} page={page.value} noun="settlement" keep={keep} />
        </Panel>
      )}
    </>
  );
}
