import { isHash } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { MoveList } from "../../../components/disputes/move-list.tsx";
import { Identifier } from "../../../components/figures/identifier.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { RejectionTable } from "../../../components/settlements/rejection-table.tsx";
import { SettlementTable } from "../../../components/settlements/settlement-table.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { laterNow } from "../../../lib/chain-time.ts";
import { readTransaction } from "../../../lib/indexer/settlements.ts";
import { normalizeQuery } from "../../../lib/search.ts";

export const metadata: Metadata = { title: "Transaction" };

interface PageProps {
  readonly params: Promise<{ readonly hash: string }>;
}

/**
 * What a transaction settled, and what it did in disputes. It streams nothing before it knows: a transaction with one
 * settlement is then an HTTP redirect, which every program follows, and an unknown one a 404.
 */
export default async function TransactionPage({ params }: PageProps) {
  const hash = normalizeQuery(decodeURIComponent((await params).hash));
  if (!isHash(hash)) notFound();
  const transaction = await readTransaction(hash);
  if (!transaction.ok) return <ProblemPanel problem={transaction.problem} isPage />;
  const { settlements, rejections, moves, disputes } = transaction.value;
  const proven = disputes.filter(({ state }) => state === "PROVEN");
  const disputed = moves.length + proven.length;
  const [only] = settlements;
  if (only === undefined && rejections.length + disputed === 0) notFound();
  if (only !== undefined && settlements.length === 1 && rejections.length + disputed === 0)
    redirect(`/settlements/${only.id}`);
  return (
    <>
      <PageTitle lead={<Identifier value={hash} what="transaction hash" copyable />}>Transaction</PageTitle>
      <div className="space-y-5">
        {disputed === 0 ? null : (
          <Panel title="Disputes" note="what this transaction did in them">
            <MoveList moves={moves} proven={proven} />
          </Panel>
        )}
        {settlements.length + rejections.length === 0 ? null : (
          <Panel title="Settlements" note="paid by this one transaction">
            {settlements.length === 0 ? (
              <Empty title="None">Every pair of this batch was skipped.</Empty>
            ) : (
              <SettlementTable
                caption="Settlements of this transaction"
                settlements={settlements}
                now={laterNow()}
                compact
              />
            )}
          </Panel>
        )}
        {rejections.length === 0 ? null : (
          <Panel title="Skipped pairs" note="not accepted by the contract; nothing was paid for them">
            <RejectionTable rejections={rejections} />
          </Panel>
        )}
      </div>
    </>
  );
}
