import Link from "next/link";
import { PageTitle } from "../components/layout/page-title.tsx";
import { Panel } from "../components/layout/panel.tsx";
import { type Activity, ActivityPanel, activityOf } from "../components/overview/activity-panel.tsx";
import { Honesty } from "../components/overview/honesty.tsx";
import { KeyFigures } from "../components/overview/key-figures.tsx";
import { Liveliness } from "../components/overview/liveliness.tsx";
import { Question } from "../components/overview/question.tsx";
import { SoldModels } from "../components/overview/sold-models.tsx";
import { TopExecutors } from "../components/overview/top-executors.tsx";
import { SettlementTable } from "../components/settlements/settlement-table.tsx";
import { Empty } from "../components/states/empty.tsx";
import { ProblemPanel } from "../components/states/problem-panel.tsx";
import { laterNow } from "../lib/chain-time.ts";
import { nowSeconds } from "../lib/clock.ts";
import { type Overview, readOverview } from "../lib/indexer/overview.ts";
import type { SearchParams } from "../lib/list-query.ts";
import { atOneMoment } from "../lib/moment/page-moment.ts";
import { observedModels } from "../lib/observer/observed.ts";
import type { Observation } from "../lib/observer/read-sheet.ts";
import { NETWORK_RANGES, parseRange } from "../lib/overview/ranges.ts";
import { answered, type IndexReply } from "../lib/problem.ts";
import type { Network } from "../lib/rows.ts";

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

interface PageProps {
  readonly searchParams: Promise<SearchParams>;
}

/** The three questions of a visitor, then totals, then rows. */
function Questions({ overview, activity, network, observed, now }: QuestionsProps) {
  return (
    <div className="space-y-7">
      <SoldModels models={overview.models} observed={observed} now={now} />
      <Honesty network={network} days={overview.days} now={now} />
      <Liveliness hours={overview.hours} lastSettledAt={overview.settlements[0]?.timestamp} now={now}>
        <ActivityPanel overview={overview} activity={activity} />
      </Liveliness>
      <Question title="In all" note="Since the contracts were deployed.">
        <KeyFigures network={network} />
      </Question>
      <Lists overview={overview} now={now} />
    </div>
  );
}

interface QuestionsProps extends Seen {
  readonly network: Network;
  readonly observed: Observation<"models">;
}

interface Seen {
  readonly overview: Overview;
  readonly activity: Activity;
  readonly now: number;
}

const see = (range: (typeof NETWORK_RANGES)[number] | undefined) =>
  atOneMoment(async (): Promise<IndexReply<Seen>> => {
    const overview = await readOverview(nowSeconds());
    if (!overview.ok) return overview;
    const now = laterNow();
    return answered({ overview: overview.value, activity: await activityOf(overview.value, range, now), now });
  });

export default async function OverviewPage({ searchParams }: PageProps) {
  const seen = await see(parseRange(await searchParams, NETWORK_RANGES));
  const observed = await observedModels();
  return (
    <>
      <PageTitle lead="LLM answers with a signed receipt each, paid in one settlement for any number of them.">
        Network overview
      </PageTitle>
      {!seen.ok ? (
        <ProblemPanel problem={seen.problem} />
      ) : seen.value.overview.network === undefined ? (
        <Empty title="The network's contracts have not been seen yet">
          The indexer is still reading the chain. The figures appear here as soon as it has found them.
        </Empty>
      ) : (
        <Questions {...seen.value} network={seen.value.overview.network} observed={observed} />
      )}
    </>
  );
}
