import type { Hex } from "@lloom/protocol/commitment-types";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { DisputedNotice } from "../../../components/settlements/disputed-notice.tsx";
import { LaneFacts } from "../../../components/settlements/lane-facts.tsx";
import { PaymentSplit } from "../../../components/settlements/payment-split.tsx";
import { OriginFacts, ProofFacts } from "../../../components/settlements/settlement-facts.tsx";
import { SettlementFigures } from "../../../components/settlements/settlement-figures.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { cardMetadata } from "../../../lib/cards/card-metadata.ts";
import { chainNow, laterNow } from "../../../lib/chain-time.ts";
import { shortHex } from "../../../lib/format.ts";
import { readDisputesOf } from "../../../lib/indexer/disputes.ts";
import { type LaneNeighbours, readLaneNeighbours, readSettlement } from "../../../lib/indexer/settlements.ts";
import { hrefWith } from "../../../lib/list-query.ts";
import { atOneMoment } from "../../../lib/moment/page-moment.ts";
import type { SettlementRow } from "../../../lib/rows.ts";
import { isSettlementId } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { id } = await params;
  return cardMetadata("settlements", id, {
    title: `Settlement ${shortHex(id)}`,
    description: "What a settlement paid, by whose signatures, and what it came to.",
  });
}

interface SettlementDetailProps {
  readonly settlement: SettlementRow;
  readonly disputes: readonly Hex[];
  readonly neighbours: LaneNeighbours | undefined;
}

/** Everything about one settlement. */
function SettlementDetail({ settlement, disputes, neighbours }: SettlementDetailProps) {
  const now = laterNow();
  return (
    <div data-testid="settlement" data-id={settlement.id}>
      <PageTitle
        lead={
          settlement.requests === 1n
            ? "One answer, proven by the signatures of both parties."
            : "Many answers at once: the newest pair of signatures proves all of the lane before it."
        }
      >
        Settlement <span className="font-mono text-[1.25rem] font-medium">{shortHex(settlement.id)}</span>
      </PageTitle>
      <div className="space-y-5">
        <DisputedNotice disputes={disputes} />
        <SettlementFigures settlement={settlement} />
        <Panel title="Payment">
          <PaymentSplit settlement={settlement} />
        </Panel>
        <Panel title="Who, when and where">
          <OriginFacts settlement={settlement} now={now} />
        </Panel>
        <Panel title="In its lane">
          <LaneFacts settlement={settlement} neighbours={neighbours} now={chainNow()} />
        </Panel>
        <Panel
          title="Proof"
          note="what both parties signed"
          actions={
            <>
              <Link className="link" href="/verify">
                Verify its receipt
              </Link>
              {settlement.tailPaid === 0n || disputes.length > 0 ? null : (
                <Link
                  className="link"
                  href={hrefWith("/account", { do: "dispute", settlement: settlement.id })}
                  prefetch={false}
                  data-testid="dispute-settlement"
                >
                  It never came: dispute it
                </Link>
              )}
            </>
          }
        >
          <ProofFacts settlement={settlement} />
        </Panel>
      </div>
    </div>
  );
}

/** Streams nothing before it knows: an unknown id is then a 404 for every program. */
export default async function SettlementPage({ params }: PageProps) {
  const id = decodeURIComponent((await params).id);
  if (!isSettlementId(id)) notFound();
  const { settlement, disputes, neighbours } = await atOneMoment(async () => {
    const settlement = await readSettlement(id);
    const found = settlement.ok ? settlement.value : undefined;
    if (found === undefined) return { settlement };
    const [disputes, neighbours] = [await readDisputesOf(found.requestHash), await readLaneNeighbours(found)];
    return { settlement, disputes, neighbours };
  });
  if (!settlement.ok) return <ProblemPanel problem={settlement.problem} isPage />;
  if (settlement.value === undefined) notFound();
  return (
    <SettlementDetail
      settlement={settlement.value}
      disputes={disputes?.ok ? disputes.value : []}
      neighbours={neighbours?.ok ? neighbours.value : undefined}
    />
  );
}
