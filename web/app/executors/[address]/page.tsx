import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import Link from "next/link";
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
import { StakeHistory } from "../../../components/executors/stake-history.tsx";
import { TabLinks } from "../../../components/executors/tab-links.tsx";
import { WhyPanel } from "../../../components/executors/why-panel.tsx";
import { Facts } from "../../../components/figures/facts.tsx";
import { Identifier } from "../../../components/figures/identifier.tsx";
import { FeedLink } from "../../../components/layout/feed-link.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { ObservedExecutor } from "../../../components/observed/observed-executor.tsx";
import { AccountSettlements } from "../../../components/settlements/account-settlements.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { cardMetadata } from "../../../lib/cards/card-metadata.ts";
import { chainNow, laterNow } from "../../../lib/chain-time.ts";
import { nowSeconds } from "../../../lib/clock.ts";
import { parseTab } from "../../../lib/executors/tabs.ts";
import { whyChosen } from "../../../lib/executors/why.ts";
import { formatCount, shortHex } from "../../../lib/format.ts";
import { type ExecutorPage, readExecutor } from "../../../lib/indexer/accounts.ts";
import { hrefWith, type SearchParams } from "../../../lib/list-query.ts";
import { healthOf, observedOffers, observedUptime } from "../../../lib/observer/observed.ts";
import { DAILY_RANGES, parseRange } from "../../../lib/overview/ranges.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
  readonly searchParams: Promise<SearchParams>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { address } = await params;
  return cardMetadata("executors", address, {
    title: `Executor ${shortHex(address)}`,
    description: `What the executor ${address} earned, what is at stake, and what speaks for and against it.`,
  });
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

/** What the part of the page that is open is drawn from. */
interface PartProps {
  readonly page: ExecutorPage;
  readonly path: string;
  readonly search: SearchParams;
  readonly now: number;
}

function Earnings({ page, path, search, now }: PartProps) {
  const { executor, days, channels, models } = page;
  return (
    <>
      <ExecutorFigures executor={executor} />
      <DailyPanel
        title="Earnings by day"
        days={days}
        now={now}
        whenEmpty="Its first settlement shows up here."
        range={parseRange(search, DAILY_RANGES)}
        path={path}
      />
      <Dealings channels={channels} models={models} now={now} />
    </>
  );
}

function Audits({ page: { audits, history } }: PartProps) {
  return (
    <>
      <ReputationPanel history={history} now={chainNow()} />
      <Panel title="Audits" note="by validators that nobody chose">
        {audits.length === 0 ? (
          <Empty title="No audits yet">Validators report once an epoch on the executors that are drawn for them.</Empty>
        ) : (
          <AuditTable audits={audits} show="validator" />
        )}
      </Panel>
    </>
  );
}

const Disputes = ({ page: { executor, disputes } }: PartProps) => (
  <AccountDisputes party="executor" address={executor.address} disputes={disputes} now={chainNow()} />
);

function Stake({ page: { executor, stakeMovements, slashings }, now }: PartProps) {
  return (
    <>
      <Panel title="Membership">
        <Facts>
          <MembershipFacts member={executor} now={chainNow()} />
        </Facts>
      </Panel>
      <StakeHistory movements={stakeMovements} slashings={slashings} now={now} />
    </>
  );
}

const Settlements = ({ page: { executor, settlements }, now }: PartProps) => (
  <AccountSettlements party="executor" address={executor.address} settlements={settlements} now={now} />
);

const PARTS = {
  earnings: Earnings,
  audits: Audits,
  disputes: Disputes,
  stake: Stake,
  settlements: Settlements,
} as const;

/** Streams nothing before it knows: an unknown address is then a 404 for every program. */
export default async function ExecutorDetailPage({ params, searchParams }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const answer = await readExecutor(address, nowSeconds());
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (answer.value === undefined) notFound();
  const page = answer.value;
  const { executor, strikes, history } = page;
  const search = await searchParams;
  const [book, uptime, health] = [
    await observedOffers(address),
    await observedUptime(address),
    await healthOf(address),
  ];
  const [path, tab] = [`/executors/${address}`, parseTab(search)];
  const Part = PARTS[tab];
  return (
    <>
      <PageTitle
        lead={
          <>
            <Identifier value={address} what="executor address" copyable testId="member-address" />
            <DangerSigns member={executor} />
            <span className="mt-1 flex flex-wrap gap-x-4 text-[0.875rem]">
              <Link
                className="link"
                href={hrefWith("/account", { do: "allocate", executor: address })}
                prefetch={false}
                data-testid="allocate-here"
              >
                Allocate to it
              </Link>
              {/* Loaded whole: that page alone may speak with peers. */}
              <a className="link" href={`/executors/${address}/check`}>
                Dial it from here
              </a>
              <FeedLink href={`/feeds/executors/${address}`} title={`Executor ${shortHex(address)}`} />
            </span>
          </>
        }
      >
        Executor
      </PageTitle>
      <div className="space-y-5">
        <ExecutorStanding executor={executor} strike={strikes[0]} now={chainNow()} />
        <ObservedExecutor book={book} uptime={uptime} health={health} now={laterNow()} />
        <WhyPanel
          why={whyChosen({ executor, reputation: history[0], strikes, markets: page.markets, now: chainNow() })}
        />
        <TabLinks
          path={path}
          current={tab}
          counts={{ audits: formatCount(executor.auditCount), disputes: formatCount(executor.disputeCount) }}
        />
        <Part page={page} path={path} search={search} now={laterNow()} />
      </div>
    </>
  );
}
