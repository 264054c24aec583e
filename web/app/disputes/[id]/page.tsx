import type { Hex } from "@lloom/protocol/commitment-types";
import { isHash } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DeliveryDetail } from "../../../components/disputes/delivery-detail.tsx";
import { FaultDetail } from "../../../components/disputes/fault-detail.tsx";
import { MeasuredDetail } from "../../../components/disputes/measured-detail.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { cardMetadata } from "../../../lib/cards/card-metadata.ts";
import { chainNow } from "../../../lib/chain-time.ts";
import { OFFENCE_WORDS, STATE_WORDS } from "../../../lib/disputes/words.ts";
import { shortHex } from "../../../lib/format.ts";
import { type DisputePage, readDispute, readSettlementsOf } from "../../../lib/indexer/disputes.ts";
import { atOneMoment } from "../../../lib/moment/page-moment.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  return cardMetadata("disputes", id, {
    title: `Dispute ${shortHex(id)}`,
    description: `What the dispute ${id} is about, how far it is, and what each end costs.`,
  });
}

/** Requests that it is about. */
const requestsOf = ({ delivery, fault, answers }: DisputePage): readonly Hex[] =>
  [delivery?.requestHash, fault?.requestHash, ...answers.map(({ requestHash }) => requestHash)].filter(
    (hash) => hash != null,
  );

function Detail({ page, settlements }: { readonly page: DisputePage; readonly settlements: ReadonlyMap<Hex, string> }) {
  const now = chainNow();
  const { delivery, measured, fault } = page;
  const settlement = settlements.get(requestsOf(page)[0] ?? "0x");
  if (delivery !== undefined) return <DeliveryDetail page={{ ...page, delivery }} settlement={settlement} now={now} />;
  if (measured !== undefined)
    return <MeasuredDetail page={{ ...page, measured }} settlements={settlements} now={now} />;
  return fault === undefined ? null : <FaultDetail page={{ ...page, fault }} settlement={settlement} now={now} />;
}

/** Streams nothing before it knows: an unknown id is then a 404 for every program. */
export default async function DisputeDetailPage({ params }: PageProps) {
  const id = normalizeQuery(decodeURIComponent((await params).id));
  if (!isHash(id)) notFound();
  const [page, settlements] = await atOneMoment(async () => {
    const page = await readDispute(id);
    return [page, await readSettlementsOf(page.ok && page.value ? requestsOf(page.value) : [])] as const;
  });
  if (!page.ok) return <ProblemPanel problem={page.problem} isPage />;
  if (page.value === undefined) notFound();
  const { offence, state } = page.value.dispute;
  return (
    <div data-testid="dispute" data-id={id}>
      <PageTitle lead={`${OFFENCE_WORDS[offence].accusation} ${STATE_WORDS[state].meaning}`}>
        {OFFENCE_WORDS[offence].kind} <span className="font-mono text-[1.25rem] font-medium">{shortHex(id)}</span>
      </PageTitle>
      <div className="space-y-5">
        <Detail page={page.value} settlements={settlements.ok ? settlements.value : new Map()} />
      </div>
    </div>
  );
}
