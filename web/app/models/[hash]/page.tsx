import { isHash } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DailyPanel } from "../../../components/charts/daily-panel.tsx";
import { Identifier } from "../../../components/figures/identifier.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { ModelFigures } from "../../../components/models/model-figures.tsx";
import { PriceHistory } from "../../../components/models/price-history.tsx";
import { SellerTable } from "../../../components/models/seller-table.tsx";
import { NowOffered } from "../../../components/observed/now-offered.tsx";
import { OfferedPrices } from "../../../components/observed/offered-prices.tsx";
import { SettlementTable } from "../../../components/settlements/settlement-table.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { cardMetadata } from "../../../lib/cards/card-metadata.ts";
import { laterNow } from "../../../lib/chain-time.ts";
import { nowSeconds } from "../../../lib/clock.ts";
import { shortHex } from "../../../lib/format.ts";
import { outsideWords } from "../../../lib/guard/outside-words.ts";
import { MOST_SELLERS, readModel } from "../../../lib/indexer/models.ts";
import { oneParam, type SearchParams } from "../../../lib/list-query.ts";
import { provenName } from "../../../lib/models/model-names.ts";
import { observedPrices, observedSellers } from "../../../lib/observer/observed.ts";
import { DAILY_RANGES, parseRange } from "../../../lib/overview/ranges.ts";
import { normalizeQuery } from "../../../lib/search.ts";

const MOST_OF_NAME = 200;

interface PageProps {
  readonly params: Promise<{ readonly hash: string }>;
  readonly searchParams: Promise<SearchParams>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { hash } = await params;
  return cardMetadata("models", hash, {
    title: `Model ${shortHex(hash)}`,
    description: `Who was paid for answers of the model ${hash}, at which prices.`,
  });
}

/** Streams nothing before it knows: an unknown hash is then a 404 for every program. */
export default async function ModelDetailPage({ params, searchParams }: PageProps) {
  const hash = normalizeQuery((await params).hash);
  if (!isHash(hash)) notFound();
  const answer = await readModel(hash, nowSeconds());
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (answer.value === undefined) notFound();
  const { model, sellers, days, settlements } = answer.value;
  const search = await searchParams;
  const [book, prices] = [await observedSellers(hash), await observedPrices(hash)];
  const offered = book.state === "seen" ? book.content.offers[0]?.offer.model : undefined;
  const name = provenName(oneParam(search, "name"), hash) ?? provenName(offered, hash);
  const now = laterNow();
  return (
    <>
      <PageTitle
        lead={
          <>
            {name === undefined ? "The name is not on chain: " : "The name is proven, its hash is "}
            <Identifier value={hash} what="hash of the model's name" short copyable />
          </>
        }
      >
        Model{" "}
        {name === undefined ? (
          <span className="font-mono text-[1.25rem] font-medium">{shortHex(hash)}</span>
        ) : (
          <bdi data-testid="model-name">{outsideWords(name, MOST_OF_NAME)}</bdi>
        )}
      </PageTitle>
      <div className="space-y-5" data-testid="model" data-id={hash}>
        <ModelFigures model={model} sellers={sellers} />
        <NowOffered book={book} now={now} />
        <Panel
          title="Executors"
          note={sellers.length < MOST_SELLERS ? "by what they were paid for it" : `the ${MOST_SELLERS} best paid`}
        >
          <SellerTable model={model} sellers={sellers} />
        </Panel>
        <DailyPanel
          range={parseRange(search, DAILY_RANGES)}
          path={`/models/${hash}`}
          keep={{ name }}
          title="Answers and pay by day"
          days={days}
          now={now}
          whenEmpty="Its next settlement shows up here."
        />
        <Panel title="Price history" note="by day, what settlements paid">
          {days.length === 0 ? (
            <Empty title="Nothing in the last 60 days">Days show up with settlements.</Empty>
          ) : (
            <PriceHistory days={days} />
          )}
        </Panel>
        <OfferedPrices prices={prices} now={now} />
        <Panel title="Latest settlements">
          <SettlementTable caption="Newest settlements of this model" settlements={settlements} now={now} compact />
        </Panel>
      </div>
    </>
  );
}
