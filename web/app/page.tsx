import Link from "next/link";
import { PageTitle } from "../components/layout/page-title.tsx";
import { Panel } from "../components/layout/panel.tsx";
import { ActivityPanel, activityOf } from "../components/overview/activity-panel.tsx";
import { KeyFigures } from "../components/overview/key-figures.tsx";
import { TopExecutors } from "../components/overview/top-executors.tsx";
import { SettlementTable } from "../components/settlements/settlement-table.tsx";
import { Empty } from "../components/states/empty.tsx";
import { ProblemPanel } from "../components/states/problem-panel.tsx";
import { hourSeries, type Series } from "../lib/buckets.ts";
import { laterNow } from "../lib/chain-time.ts";
import { nowSeconds } from "../lib/clock.ts";
import { type Overview, readOverview } from "../lib/indexer/overview.ts";
import { atOneMoment } from "../lib/moment/page-moment.ts";

function Lists({ overview, now }: { readonly overview: Overview; readonly now: number }) {
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
      <Panel
        title="Latest settlements"
        actions={
          <Link className="link" href="/settlements">
            All settlements
          </Link>
        }
      >
        {overview.settlements.length === 0 ? (
          <Empty title="No settlements yet">
            Ask a model through the gateway; the executor settles a little later.
          </Empty>
        ) : (
          <SettlementTable caption="The ten newest settlements" settlements={overview.settlements} now={now} compact />
        )}
      </Panel>
      <Panel
        title="Top executors"
        actions={
          <Link className="link" href="/executors">
            All executors
          </Link>
        }
      >
        {overview.executors.length === 0 ? (
          <Empty title="No executors yet">Executors show up when they register and stake.</Empty>
        ) : (
          <TopExecutors executors={overview.executors} />
        )}
      </Panel>
    </div>
  );
}

const NO_SERIES: Series = hourSeries([], 0);

export default async function OverviewPage() {
  const { overview, series, now } = await atOneMoment(async () => {
    const overview = await readOverview(nowSeconds());
    const now = laterNow();
    return { overview, series: overview.ok ? await activityOf(overview.value, now) : NO_SERIES, now };
  });
  return (
    <>
      <PageTitle lead="LLM answers with a signed receipt each, paid in one settlement for any number of them.">
        Network overview
      </PageTitle>
      {!overview.ok ? (
        <ProblemPanel problem={overview.problem} />
      ) : overview.value.network === undefined ? (
        <Empty title="The network's contracts have not been seen yet">
          The indexer is still reading the chain. The figures appear here as soon as it has found them.
        </Empty>
      ) : (
        <div className="space-y-5">
          <KeyFigures network={overview.value.network} hours={overview.value.hours} now={now} />
          <ActivityPanel overview={overview.value} series={series} />
          <Lists overview={overview.value} now={now} />
        </div>
      )}
    </>
  );
}
