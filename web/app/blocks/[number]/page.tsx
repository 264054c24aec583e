import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { HappenedPanels } from "../../../components/movements/happened.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { laterNow } from "../../../lib/chain-time.ts";
import { formatCount } from "../../../lib/format.ts";
import { isEmpty, readBlock } from "../../../lib/indexer/blocks.ts";
import { pageMoments } from "../../../lib/moment/page-moment.ts";

interface PageProps {
  readonly params: Promise<{ readonly number: string }>;
}

/** Digits that a block's number has on any chain. */
const NUMBER = /^(?:0|[1-9]\d{0,14})$/;

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  const { number } = await params;
  return { title: NUMBER.test(number) ? `Block ${formatCount(BigInt(number))}` : "Block" };
}

/** What happened in a block. Streams nothing before it knows: one that the index has not seen is a 404 for every program. */
export default async function BlockPage({ params }: PageProps) {
  const { number } = await params;
  if (!NUMBER.test(number)) notFound();
  const block = BigInt(number);
  const answer = await readBlock(block);
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  const head = pageMoments().at(-1)?.block;
  if (head !== undefined && block > BigInt(head)) notFound();
  const isLast = head !== undefined && block === BigInt(head);
  return (
    <>
      <PageTitle lead="What happened in it that this network's contracts tell of.">
        Block {formatCount(block)}
      </PageTitle>
      <nav aria-label="Blocks beside it" className="mb-4 flex gap-5">
        {block === 0n ? null : (
          <Link className="link" href={`/blocks/${block - 1n}`} prefetch={false} rel="prev">
            Block {formatCount(block - 1n)}
          </Link>
        )}
        {isLast ? null : (
          <Link className="link" href={`/blocks/${block + 1n}`} prefetch={false} rel="next">
            Block {formatCount(block + 1n)}
          </Link>
        )}
      </nav>
      <div className="space-y-5" data-testid="block" data-number={number}>
        {isEmpty(answer.value) ? (
          <Panel title="Nothing">
            <Empty title="Nothing of this network happened in it">
              Other contracts of the chain may have done something; the index follows those of this network alone.
            </Empty>
          </Panel>
        ) : (
          <HappenedPanels happened={answer.value} now={laterNow()} by="this block" without="block" />
        )}
      </div>
    </>
  );
}
