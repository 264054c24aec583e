import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { MembershipFacts } from "../../../components/accounts/membership-facts.tsx";
import { Amount } from "../../../components/figures/amount.tsx";
import { Fact, Facts } from "../../../components/figures/facts.tsx";
import { PageTitle, Panel } from "../../../components/layout/panel.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { nowSeconds } from "../../../lib/clock.ts";
import { shortHex } from "../../../lib/format.ts";
import { readValidator } from "../../../lib/indexer/accounts.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Validator ${shortHex((await params).address)}` };
}

/** Streams nothing before it knows (so it has no loading state): an unknown address is then a 404 for every program. */
export default async function ValidatorDetailPage({ params }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const validator = await readValidator(address);
  if (!validator.ok) return <ProblemPanel problem={validator.problem} />;
  if (validator.value === undefined) notFound();
  return (
    <>
      <PageTitle>
        Validator <span className="font-mono text-[1.25rem] font-medium">{shortHex(address)}</span>
      </PageTitle>
      <Panel title="Identity and stake">
        <Facts>
          <Fact label="Stake" hint="Held against misbehaviour; unbonding stake not counted">
            <Amount units={validator.value.stake} hint="Active stake" withSymbol testId="validator-stake" />
          </Fact>
          <MembershipFacts member={validator.value} now={nowSeconds()} />
        </Facts>
      </Panel>
    </>
  );
}
