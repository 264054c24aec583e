import type { Metadata } from "next";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { ModelListTable } from "../../components/models/model-list-table.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { Pager } from "../../components/table/pager.tsx";
import { laterNow } from "../../lib/chain-time.ts";
import { readModels } from "../../lib/indexer/lists.ts";
import { MODEL_SORTS, parseListQuery, type SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Models" };

const PATH = "/models";

export default async function ModelsPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const query = parseListQuery(await searchParams, MODEL_SORTS);
  const page = await readModels(query);
  return (
    <>
      <PageTitle lead="What was bought. The chain knows models by the hash of their name: search for a name to find its model.">
        Models
      </PageTitle>
      {!page.ok ? (
        <ProblemPanel problem={page.problem} />
      ) : (
        <Panel title="All models" note={query.sort === "last" ? undefined : "that were paid for at least once"}>
          {page.value.items.length === 0 ? (
            <Empty title="No models yet">Models show up with the first settlement that pays for them.</Empty>
          ) : (
            <ModelListTable models={page.value.items} sorting={{ path: PATH, query }} now={laterNow()} />
          )}
          <Pager path={PATH} query={query} page={page.value} noun="model" />
        </Panel>
      )}
    </>
  );
}
