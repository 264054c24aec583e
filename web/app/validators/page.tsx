import type { Metadata } from "next";
import { ValidatorTable } from "../../components/accounts/validator-table.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { CsvLink } from "../../components/table/csv-link.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { readValidators } from "../../lib/indexer/lists.ts";
import { parseListQuery, type SearchParams, VALIDATOR_SORTS } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Validators" };

const PATH = "/validators";

export default async function ValidatorsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const query = parseListQuery(await searchParams, VALIDATOR_SORTS);
  const page = await readValidators(query);
  return (
    <>
      <PageTitle lead="They anchor the peer-to-peer network, audit executors, and serve on juries.">
        Validators
      </PageTitle>
      {!page.ok ? (
        <ProblemPanel problem={page.problem} />
      ) : (
        <Panel
          title="All validators"
          actions={<CsvLink table="validators" params={{ sort: query.sort, dir: query.direction }} />}
        >
          {page.value.items.length === 0 ? (
            <Empty title="No validators yet">Validators show up here when they register and stake.</Empty>
          ) : (
            <ValidatorTable validators={page.value.items} sorting={{ path: PATH, query }} now={laterNow()} />
          )}
          <Pager path={PATH} query={query} page={page.value} noun="validator" />
        </Panel>
      )}
    </>
  );
}
