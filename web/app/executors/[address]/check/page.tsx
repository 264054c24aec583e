import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DialPanel } from "../../../../components/check/dial-panel.tsx";
import { RecomputePanel } from "../../../../components/check/recompute-panel.tsx";
import { Identifier } from "../../../../components/figures/identifier.tsx";
import { LeaveByLoading } from "../../../../components/layout/leave-by-loading.tsx";
import { PageTitle } from "../../../../components/layout/page-title.tsx";
import { ProblemPanel } from "../../../../components/states/problem-panel.tsx";
import { nowSeconds } from "../../../../lib/clock.ts";
import { toldNetwork } from "../../../../lib/direct/network.ts";
import { settings } from "../../../../lib/env.ts";
import { shortHex } from "../../../../lib/format.ts";
import { serverOrigin } from "../../../../lib/guard/page-connections.ts";
import { readExecutor } from "../../../../lib/indexer/accounts.ts";
import { readDeployment } from "../../../../lib/indexer/chain.ts";
import type { SearchParams } from "../../../../lib/list-query.ts";
import { normalizeQuery } from "../../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
  readonly searchParams: Promise<SearchParams>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Check of executor ${shortHex((await params).address)}` };
}

/** What the visitor's own browser finds out about an executor. */
export default async function CheckPage({ params, searchParams }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const [answer, deployment] = await Promise.all([readExecutor(address, nowSeconds()), readDeployment()]);
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (!deployment.ok) return <ProblemPanel problem={deployment.problem} isPage />;
  if (answer.value === undefined || deployment.value === undefined) notFound();
  const { rpc } = await searchParams;
  const { accounting, audits, chainId } = deployment.value;
  const { peerId } = answer.value.executor;
  return (
    <>
      <LeaveByLoading />
      <PageTitle
        isTimeless
        lead={<Identifier value={address} what="executor address" href={`/executors/${address}`} copyable />}
      >
        Check it yourself
      </PageTitle>
      <noscript>
        <p className="panel mb-5 px-4 py-4">
          This page checks with code in your browser, which is off. From a terminal:{" "}
          <code className="font-mono text-[0.8125rem]">lloom reputation verify {address}</code>
        </p>
        <style>{".needs-code { display: none }"}</style>
      </noscript>
      <div className="needs-code space-y-5">
        <DialPanel network={toldNetwork(deployment.value, settings().bootstrap)} executor={address} peerId={peerId} />
        <RecomputePanel
          executor={address}
          accounting={accounting}
          audits={audits}
          chainId={String(chainId)}
          opened={typeof rpc === "string" ? serverOrigin(rpc) : undefined}
        />
      </div>
    </>
  );
}
