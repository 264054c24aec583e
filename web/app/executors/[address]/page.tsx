import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AuditTable } from "../../../components/accounts/audit-table.tsx";
import { ChannelTable } from "../../../components/accounts/channel-table.tsx";
import { DangerSigns } from "../../../components/accounts/danger-signs.tsx";
import { ExecutorFigures } from "../../../components/accounts/executor-figures.tsx";
import { ExecutorStanding } from "../../../components/accounts/executor-standing.tsx";
import { MembershipFacts } from "../../../components/accounts/membership-facts.tsx";
import { ModelTable } from "../../../components/accounts/model-table.tsx";
import { ReputationPanel } from "../../../components/accounts/reputation-panel.tsx";
import { DailyPanel } from "../../../components/charts/daily-panel.tsx";
import { AccountDisputes } from "../../../components/disputes/account-disputes.tsx";
import { Facts } from "../../../components/figures/facts.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { AccountSettlements } from "../../../components/settlements/account-settlements.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { chainNow, laterNow } from "../../../lib/chain-time.ts";
import { nowSeconds } from "../../../lib/clock.ts";
import { shortHex } from "../../../lib/format.ts";
import { type ExecutorPage, readExecutor } from "../../../lib/indexer/accounts.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Executor ${shortHex((await params).address)}` };
}

function Dealings({ channels, models, now }: Pick<ExecutorPage, "channels" | "models"> & { now: number }) {
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Panel title="Channels" note="money that clients have set aside for it">
        {channels.length === 0 ? (
          <Empty title="No channels yet">A client opens one by allocating part of its deposit to this executor.</Empty>
        ) : (
          <ChannelTable channels={channels} show="client" now={now} />
        )}
      </Panel>
      <Panel title="Models" note="by hash; names are not on chain">
        {models.length === 0 ? (
          <Empty title="No models yet">Models show up with the first settlement.</Empty>
        ) : (
          <ModelTable models={models} />
        )}
      </Panel>
    </div>
  );
}

/** Streams nothing before it knows: an unknown address is then a 404 for every program. */
export default async function ExecutorDetailPage({ params }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const answer = await readExecutor(address, nowSeconds());
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (answer.value === undefined) notFound();
  const { executor, days, settlements, channels, models, disputes, audits, strike, history } = answer.value;
  const [chainTime, now] = [chainNow(), laterNow()];
  return (
    <>
      <PageTitle lead={<DangerSigns member={executor} />}>
        Executor <span className="font-mono text-[1.25rem] font-medium">{shortHex(address)}</span>
      </PageTitle>
      <div className="space-y-5">
        <ExecutorStanding executor={executor} strike={strike} now={chainTime} />
        <ReputationPanel history={history} now={chainTime} />
        <AccountDisputes party="executor" address={address} disputes={disputes} now={chainTime} />
        <Panel title="Audits" note="by validators that nobody chose">
          {audits.length === 0 ? (
            <Empty title="No audits yet">
              Validators report once an epoch on the executors that are drawn for them.
            </Empty>
          ) : (
            <AuditTable audits={audits} show="validator" />
          )}
        </Panel>
        <ExecutorFigures executor={executor} />
        <Panel title="Identity">
          <Facts>
            <MembershipFacts member={executor} now={chainTime} />
          </Facts>
        </Panel>
        <DailyPanel title="Earnings by day" days={days} now={now} whenEmpty="Its first settlement shows up here." />
        <AccountSettlements party="executor" address={address} settlements={settlements} now={now} />
        <Dealings channels={channels} models={models} now={now} />
      </div>
    </>
  );
}
