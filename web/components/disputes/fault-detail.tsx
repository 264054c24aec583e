import type { Fault } from "../../lib/dispute-rows.ts";
import { faultOutcome } from "../../lib/disputes/fault-money.ts";
import { faultStory } from "../../lib/disputes/story.ts";
import type { DisputePage } from "../../lib/indexer/disputes.ts";
import { Deadline } from "../figures/deadline.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Panel } from "../layout/panel.tsx";
import { AccountFact, HashFact } from "./dispute-facts.tsx";
import { DisputeFigures } from "./dispute-figures.tsx";
import type { Roles } from "./party.tsx";
import { Timeline } from "./timeline.tsx";
import { Transfers } from "./transfers.tsx";

interface FaultDetailProps {
  readonly page: DisputePage & { readonly fault: Fault };
  /** Id of the settlement that paid one of the two answers. */
  readonly settlement: string | undefined;
  /** The chain's clock. */
  readonly now: number;
}

/** Who proved what. */
function FaultFacts({ page: { fault, share }, settlement, now }: FaultDetailProps) {
  const { executorAddress, clientAddress, reporter, requestHash, offerId } = fault;
  return (
    <Facts>
      <AccountFact
        label="Executor"
        hint="Who signed twice"
        address={executorAddress}
        path="/executors"
        testId="dispute-executor"
      />
      <AccountFact label="Reporter" hint="Who brought the two signatures" address={reporter} path="/search" />
      {clientAddress === null ? null : (
        <AccountFact label="Client" hint="Whose request was answered twice" address={clientAddress} path="/clients" />
      )}
      {requestHash === null ? null : (
        <HashFact
          label="Request"
          hint="EIP-712 digest of the request that was answered twice; leads to the settlement that names it"
          value={requestHash}
          {...(settlement === undefined ? {} : { href: `/settlements/${settlement}` })}
        />
      )}
      {offerId === null ? null : (
        <Fact label="Offer" hint="Id that two different offers have">
          <span className="break-all tabular-nums">{offerId.toString()}</span>
        </Fact>
      )}
      {share === undefined || share.paidTo !== null ? null : (
        <Fact
          label="Share waits until"
          hint="Whoever committed to the proof before may still take the reporter's share"
        >
          <Deadline until={share.payableAt} now={now} />
        </Fact>
      )}
    </Facts>
  );
}

/** A fault that two signatures of the executor proved: there was nothing to wait for, and nothing to vote on. */
export function FaultDetail({ page, settlement, now }: FaultDetailProps) {
  const { dispute, fault, slashing, share } = page;
  const roles: Roles = new Map([
    ...(fault.clientAddress === null ? [] : [[fault.clientAddress, { name: "Client", path: "/clients" }] as const]),
    [fault.executorAddress, { name: "Executor", path: "/executors" }],
  ]);
  const reporterWaits = share !== undefined && share.paidTo === null;
  return (
    <>
      <DisputeFigures dispute={dispute} now={now} bond={<span className="text-ink-faint">none needed</span>} />
      <Panel title="What became of the money" note="to the unit">
        <Transfers transfers={faultOutcome(fault, { slashing, reporterWaits })} testId="outcome" />
      </Panel>
      <Panel title="Parties and evidence" note="two signatures of one key: no jury, no deadline, no appeal">
        <FaultFacts page={page} settlement={settlement} now={now} />
      </Panel>
      <Panel title="Timeline">
        <Timeline entries={faultStory({ fault, slashing, share })} roles={roles} />
      </Panel>
    </>
  );
}
