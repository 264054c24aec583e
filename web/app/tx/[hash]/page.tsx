import { isHash } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { Identifier } from "../../../components/figures/identifier.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { HappenedPanels } from "../../../components/movements/happened.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { laterNow } from "../../../lib/chain-time.ts";
import { formatCount, formatMoment } from "../../../lib/format.ts";
import { type Happened, isEmpty, readTransaction } from "../../../lib/indexer/blocks.ts";
import { normalizeQuery } from "../../../lib/search.ts";

export const metadata: Metadata = { title: "Transaction" };

interface PageProps {
  readonly params: Promise<{ readonly hash: string }>;
}

/** The block that a transaction is in, as anything that it did has it. */
function BlockOf({
  happened: { settlements, rejections, moves, disputes, movements },
}: {
  readonly happened: Happened;
}) {
  const [found] = [...settlements, ...movements, ...rejections, ...moves, ...disputes];
  if (found === undefined) return null;
  return (
    <span className="block text-[0.875rem]">
      In block{" "}
      <Identifier value={formatCount(found.block)} what="block" href={`/blocks/${found.block}`} testId="tx-block" />,{" "}
      {formatMoment(found.timestamp)}
    </span>
  );
}

/**
 * What a transaction did. It streams nothing before it knows: a transaction with one settlement is then an HTTP redirect, which every
 * program follows, and an unknown one a 404.
 */
export default async function TransactionPage({ params }: PageProps) {
  const hash = normalizeQuery(decodeURIComponent((await params).hash));
  if (!isHash(hash)) notFound();
  const transaction = await readTransaction(hash);
  if (!transaction.ok) return <ProblemPanel problem={transaction.problem} isPage />;
  const happened = transaction.value;
  if (isEmpty(happened)) notFound();
  const { settlements, rejections, moves, disputes, movements } = happened;
  const [only] = settlements;
  const others = rejections.length + moves.length + disputes.length + movements.length;
  if (only !== undefined && settlements.length === 1 && others === 0) redirect(`/settlements/${only.id}`);
  return (
    <>
      <PageTitle
        lead={
          <>
            <Identifier value={hash} what="transaction hash" copyable />
            <BlockOf happened={happened} />
          </>
        }
      >
        Transaction
      </PageTitle>
      <div className="space-y-5">
        <HappenedPanels happened={happened} now={laterNow()} by="this one transaction" without="transaction" />
      </div>
    </>
  );
}
