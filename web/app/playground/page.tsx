import type { Metadata } from "next";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Playground } from "../../components/playground/playground.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { toldNetwork } from "../../lib/direct/network.ts";
import { settings } from "../../lib/env.ts";
import { serverOrigin } from "../../lib/guard/page-connections.ts";
import { readDeployment } from "../../lib/indexer/chain.ts";
import type { SearchParams } from "../../lib/list-query.ts";

export const metadata: Metadata = { title: "Playground" };

interface PageProps {
  readonly searchParams: Promise<SearchParams>;
}

/** All that this server does is to say which contracts and validators there are. */
export default async function PlaygroundPage({ searchParams }: PageProps) {
  const { gateway } = await searchParams;
  const deployment = await readDeployment();
  return (
    <>
      <PageTitle
        isTimeless
        lead="Chat with a model of the network, paid by you, with a receipt for every answer that is checked here. Nothing that you ask goes to this explorer's server."
      >
        Playground
      </PageTitle>
      <noscript>
        <div className="panel mb-5 px-4 py-4">
          <p className="font-medium">This page speaks with executors by code in your browser, which is off.</p>
          <p className="mt-1 text-ink-soft">
            Turn JavaScript on, or ask from a terminal: <code className="font-mono text-[0.8125rem]">lloom chat</code>
          </p>
        </div>
        <style>{".needs-code { display: none }"}</style>
      </noscript>
      <div className="needs-code">
        {!deployment.ok ? (
          <ProblemPanel problem={deployment.problem} />
        ) : deployment.value === undefined ? (
          <div className="panel">
            <Empty title="No network yet">The index has not seen the network's contracts. Come back in a moment.</Empty>
          </div>
        ) : (
          <Playground
            network={toldNetwork(deployment.value, settings().bootstrap)}
            opened={typeof gateway === "string" ? serverOrigin(gateway) : undefined}
          />
        )}
      </div>
    </>
  );
}
