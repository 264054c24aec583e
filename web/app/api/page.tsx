import type { Metadata } from "next";
import { SavedQueryList } from "../../components/about/saved-query-list.tsx";
import { Fact, Facts } from "../../components/figures/facts.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { settings } from "../../lib/env.ts";
import { readExamples } from "../../lib/indexer/examples.ts";

export const metadata: Metadata = { title: "Data and API" };

const CODE = "font-mono text-[0.8125rem] [overflow-wrap:anywhere]";
/** Names of one's own stand in double quotes. */
const SQL = `select "executor_address", sum("paid") as "sum of paid" from "settlement" group by "executor_address" order by 2 desc limit 10`;
const FILES = ["settlements", "executors", "clients", "validators", "disputes"] as const;

/** Where the index can be asked, or why it cannot. */
function Endpoint({ address }: { readonly address: string | undefined }) {
  if (address === undefined)
    return (
      <p className="px-4 py-3 text-ink-soft">
        Whoever runs this explorer tells no address of its index. Run one yourself, which takes an RPC server and
        nothing else: <code className={CODE}>docs/indexer.md</code>. In what follows it stands for{" "}
        <code className={CODE}>http://127.0.0.1:42069</code>.
      </p>
    );
  return (
    <p className="px-4 py-3">
      <code className={CODE} data-testid="api-address">
        {address}
      </code>
    </p>
  );
}

/** How to get at the data: endpoint, queries, files. It says what it can where the index does not answer. */
export default async function ApiPage() {
  const { publicIndexer } = settings();
  const examples = await readExamples();
  const base = publicIndexer ?? "http://127.0.0.1:42069";
  return (
    <>
      <PageTitle
        isTimeless
        lead="Everything that these pages show comes from one index, which anybody may ask, copy or run. Amounts are base units of the payment token, as text; times are Unix seconds."
      >
        Data and API
      </PageTitle>
      <div className="space-y-5">
        <Panel title="The index">
          <Endpoint address={publicIndexer} />
          <div className="border-t border-line">
            <Facts>
              <Fact label="GraphQL" hint="POST a query as JSON; a browser gets a page to try queries on">
                <code className={CODE}>{base}/graphql</code>, its schema in{" "}
                <code className={CODE}>indexer/schema.graphql</code>
              </Fact>
              <Fact
                label="CSV or Parquet of a table"
                hint="At most 50 000 rows, narrowed by account, model, time and block"
              >
                <code className={CODE}>{base}/export/settlements.csv?from=1767225600</code>
              </Fact>
              <Fact label="SQL" hint="One SELECT, read only, as text; /analytics has some worth asking">
                <code className={CODE}>{base}/sql/db?sql=</code>{" "}
                <code className={CODE} data-testid="api-sql">
                  {SQL}
                </code>
              </Fact>
              <Fact label="Standings" hint="Reputation with its proof, of an epoch or of now">
                <code className={CODE}>{base}/reputation/now</code>
              </Fact>
              <Fact label="Freshness" hint="Newest indexed block, and how far behind">
                <code className={CODE}>{base}/meta</code>
              </Fact>
            </Facts>
          </div>
        </Panel>
        <Panel title="Files" note="of this explorer's lists, amounts in tokens; with the order and filter of the page">
          <ul className="flex flex-wrap gap-x-5 gap-y-1 px-4 py-3">
            {FILES.map((name) => (
              <li key={name}>
                <a className="link underline" href={`/csv/${name}`} download={`${name}.csv`}>
                  {name}.csv
                </a>
              </li>
            ))}
          </ul>
        </Panel>
        <SavedQueryList examples={examples.ok ? examples.value : undefined} />
      </div>
    </>
  );
}
