import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AuditTable } from "../../../components/accounts/audit-table.tsx";
import { DangerSigns } from "../../../components/accounts/danger-signs.tsx";
import { MembershipFacts } from "../../../components/accounts/membership-facts.tsx";
import { SeatTable } from "../../../components/accounts/seat-table.tsx";
import { ValidatorFigures } from "../../../components/accounts/validator-figures.tsx";
import { StakeHistory } from "../../../components/executors/stake-history.tsx";
import { Amount } from "../../../components/figures/amount.tsx";
import { Fact, Facts } from "../../../components/figures/facts.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { chainNow, laterNow } from "../../../lib/chain-time.ts";
import { shortHex } from "../../../lib/format.ts";
import { readValidator } from "../../../lib/indexer/accounts.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Validator ${shortHex((await params).address)}` };
}

/** Streams nothing before it knows: an unknown address is then a 404 for every program. */
export default async function ValidatorDetailPage({ params }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const answer = await readValidator(address);
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (answer.value === undefined) notFound();
  const { validator, audits, seats, stakeMovements, slashings, rewards } = answer.value;
  const now = chainNow();
  return (
    <>
      <PageTitle lead={<DangerSigns member={validator} />}>
        Validator <span className="font-mono text-[1.25rem] font-medium">{shortHex(address)}</span>
      </PageTitle>
      <div className="space-y-5">
        <ValidatorFigures validator={validator} />
        <Panel title="Audits" note="what it found out about executors">
          {audits.length === 0 ? (
            <Empty title="No audits yet">It reports once an epoch on the executors that are drawn for it.</Empty>
          ) : (
            <AuditTable audits={audits} show="executor" />
          )}
        </Panel>
        <Panel title="Juries" note="panels that it was drawn for">
          {seats.length === 0 ? (
            <Empty title="No juries yet">Validators that put themselves on the list are drawn for disputes.</Empty>
          ) : (
            <SeatTable seats={seats} now={now} />
          )}
        </Panel>
        <Panel title="Identity">
          <Facts>
            <MembershipFacts member={validator} now={now} />
            <Fact label="Rewards" hint="Shares of slashes and jurors' fees, ever">
              <Amount units={rewards?.credited ?? 0n} withSymbol testId="validator-rewards" />
              <span className="text-ink-faint">
                , <Amount units={rewards?.withdrawn ?? 0n} withSymbol /> of it claimed
              </span>
            </Fact>
          </Facts>
        </Panel>
        <StakeHistory movements={stakeMovements} slashings={slashings} now={laterNow()} />
      </div>
    </>
  );
}
