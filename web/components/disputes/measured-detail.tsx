import type { Hex } from "@lloom/protocol/commitment-types";
import type { Measured } from "../../lib/dispute-rows.ts";
import { measuredBranches, measuredOutcome, measuredWays } from "../../lib/disputes/measured-money.ts";
import { storyOf } from "../../lib/disputes/story.ts";
import { VERDICT_WORDS } from "../../lib/disputes/words.ts";
import type { DisputePage } from "../../lib/indexer/disputes.ts";
import { Amount } from "../figures/amount.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Panel } from "../layout/panel.tsx";
import { AnswersTable } from "./answers-table.tsx";
import { Branches } from "./branches.tsx";
import { AccountFact, HashFact } from "./dispute-facts.tsx";
import { DisputeFigures } from "./dispute-figures.tsx";
import { JuryPanels } from "./jury-panels.tsx";
import type { Roles } from "./party.tsx";
import { Timeline } from "./timeline.tsx";
import { Transfers } from "./transfers.tsx";

interface MeasuredDetailProps {
  readonly page: DisputePage & { readonly measured: Measured };
  /** Ids of settlements by request. */
  readonly settlements: ReadonlyMap<Hex, string>;
  /** The chain's clock. */
  readonly now: number;
}

function rolesOf({ measured, seats, answers }: MeasuredDetailProps["page"]): Roles {
  const challenger = {
    name: "Challenger",
    path: answers.some((one) => one.clientAddress === measured.challenger) ? "/clients" : "/validators",
  };
  return new Map([
    ...seats.map(({ validatorAddress }) => [validatorAddress, { name: "Juror", path: "/validators" }] as const),
    [measured.challenger, challenger],
    [measured.executorAddress, { name: "Executor", path: "/executors" }],
  ]);
}

/** Who takes part, and what was found so far. */
function MeasuredFacts({ page, roles }: Pick<MeasuredDetailProps, "page"> & { readonly roles: Roles }) {
  const { executorAddress, challenger, payer, verdict } = page.measured;
  const isUndecided = page.dispute.closedAt === null && verdict === "NONE";
  return (
    <Facts>
      <AccountFact
        label="Executor"
        hint="Whose answers"
        address={executorAddress}
        path="/executors"
        testId="dispute-executor"
      />
      <AccountFact
        label="Challenger"
        hint="Who accuses: the client, or a validator with its consent"
        address={challenger}
        path={roles.get(challenger)?.path ?? "/search"}
      />
      {payer === challenger ? null : (
        <AccountFact label="Bond by" hint="Who paid the bond for the challenger" address={payer} path="/search" />
      )}
      <Fact label="Found" hint="What the last panel found, or the arbitrator">
        {isUndecided ? <span className="text-ink-faint">nothing yet</span> : VERDICT_WORDS[verdict]}
      </Fact>
    </Facts>
  );
}

function Cost({ page: { measured, slashing, juryCase } }: Pick<MeasuredDetailProps, "page">) {
  const winner = measured.verdict === "MATCH" ? "executor" : "challenger";
  return (
    <Panel title="What became of the money" note="to the unit">
      <Transfers transfers={measuredOutcome(measured, { winner, slashing })} testId="outcome" />
      {juryCase?.fines == null || juryCase.fines === 0n ? null : (
        <p className="border-t border-line px-4 py-2 text-[0.875rem] text-ink-soft">
          Jurors were fined <Amount units={juryCase.fines} withSymbol /> besides, which is the treasury's.
        </p>
      )}
    </Panel>
  );
}

/** A dispute that a jury decides: about the model of answers, or their counts. */
export function MeasuredDetail({ page, settlements, now }: MeasuredDetailProps) {
  const { dispute, measured, answers, moves, panels, seats } = page;
  const roles = rolesOf(page);
  const stakes = { ...measured, held: answers.reduce((sum, { held }) => sum + held, 0n), offence: dispute.offence };
  return (
    <>
      <DisputeFigures
        dispute={dispute}
        now={now}
        bond={<Amount units={measured.bond} withSymbol testId="dispute-bond" />}
      />
      {dispute.closedAt === null ? null : <Cost page={page} />}
      <Panel title="Parties">
        <MeasuredFacts page={page} roles={roles} />
      </Panel>
      <Panel title="Evidence" note="by hash; the texts go over the network to jurors alone">
        <Facts>
          <HashFact
            label="Of the challenger"
            hint="Of what the challenger gives to the jurors"
            value={measured.evidenceHash}
          />
          <HashFact
            label="Of the executor"
            hint="Of what the executor gives to the jurors"
            value={measured.executorEvidenceHash}
            without="none given"
          />
        </Facts>
        <AnswersTable answers={answers} settlements={settlements} counted={dispute.offence === "TOKEN_INFLATION"} />
      </Panel>
      <JuryPanels panels={panels} seats={seats} now={now} />
      <Panel title="Timeline">
        <Timeline entries={storyOf(moves, "token")} roles={roles} />
      </Panel>
      <Branches branches={measuredWays(measuredBranches(stakes), dispute.state)} state={dispute.state} />
    </>
  );
}
