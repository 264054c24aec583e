import type { Metadata } from "next";
import { PageTitle, Panel } from "../../../components/layout/panel.tsx";
import { PaymentSplit } from "../../../components/settlements/payment-split.tsx";
import { OriginFacts, ProofFacts } from "../../../components/settlements/settlement-facts.tsx";
import { SettlementFigures } from "../../../components/settlements/settlement-figures.tsx";
import { NotFoundPanel } from "../../../components/states/not-found-panel.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { nowSeconds } from "../../../lib/clock.ts";
import { readSettlement } from "../../../lib/indexer/settlements.ts";
import type { Settlement } from "../../../lib/rows.ts";
import { isSettlementId } from "../../../lib/search.ts";

export const metadata: Metadata = { title: "Settlement" };

interface PageProps {
  readonly params: Promise<{ readonly id: string }>;
}

const Unknown = ({ id }: { readonly id: string }) => (
  <NotFoundPanel title="No settlement with this id">
    <p className="font-mono text-[0.875rem] break-all">{id.slice(0, 160)}</p>
    <p>
      It may not be indexed yet: this page shows it as soon as the block is there. A settlement can also be found by its
      transaction, request or response hash in the box above.
    </p>
  </NotFoundPanel>
);

/** Everything about one settlement. */
async function SettlementDetail({ settlement }: { readonly settlement: Settlement }) {
  const now = nowSeconds();
  return (
    <div data-testid="settlement" data-id={settlement.id}>
      <PageTitle
        lead={
          settlement.requests === 1n
            ? "One answer, proven by the signatures of both parties."
            : "Many answers at once: the newest pair of signatures proves all of the lane before it."
        }
      >
        Settlement
      </PageTitle>
      <div className="space-y-5">
        <SettlementFigures settlement={settlement} />
        <Panel title="Payment">
          <PaymentSplit settlement={settlement} />
        </Panel>
        <Panel title="Who, when and where">
          <OriginFacts settlement={settlement} now={now} />
        </Panel>
        <Panel title="Proof" note="what both parties signed">
          <ProofFacts settlement={settlement} />
        </Panel>
      </div>
    </div>
  );
}

export default async function SettlementPage({ params }: PageProps) {
  const id = decodeURIComponent((await params).id);
  if (!isSettlementId(id)) return <Unknown id={id} />;
  const settlement = await readSettlement(id);
  if (!settlement.ok) return <ProblemPanel problem={settlement.problem} />;
  return settlement.value === undefined ? <Unknown id={id} /> : <SettlementDetail settlement={settlement.value} />;
}
