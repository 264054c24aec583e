import type { Delivery } from "../../lib/dispute-rows.ts";
import { deliveryBranches, deliveryOutcome, deliveryWays } from "../../lib/disputes/delivery-money.ts";
import { storyOf } from "../../lib/disputes/story.ts";
import { formatCount, formatQuantity } from "../../lib/format.ts";
import type { DisputePage } from "../../lib/indexer/disputes.ts";
import { Ether } from "../figures/ether.tsx";
import { Fact, Facts } from "../figures/facts.tsx";
import { Panel } from "../layout/panel.tsx";
import { Branches } from "./branches.tsx";
import { AccountFact, HashFact } from "./dispute-facts.tsx";
import { DisputeFigures } from "./dispute-figures.tsx";
import type { Roles } from "./party.tsx";
import { Timeline } from "./timeline.tsx";
import { Transfers } from "./transfers.tsx";

/** Who takes part, and the answer that it is about. */
function DeliveryFacts({
  delivery,
  settlement,
}: {
  readonly delivery: Delivery;
  readonly settlement: string | undefined;
}) {
  const { clientAddress, executorAddress, opener, laneNumber, nonce } = delivery;
  return (
    <Facts>
      <AccountFact
        label="Executor"
        hint="Who has to show the answer"
        address={executorAddress}
        path="/executors"
        testId="dispute-executor"
      />
      <AccountFact
        label="Client"
        hint="Who paid, and says that it never came"
        address={clientAddress}
        path="/clients"
      />
      {opener === clientAddress ? null : (
        <AccountFact label="Bond by" hint="Who posted the bond for the client" address={opener} path="/search" />
      )}
      <Fact label="Answer" hint="Place of the answer between the two">
        number {formatCount(nonce)} of lane <span className="break-all">{laneNumber.toString()}</span>
      </Fact>
      <HashFact
        label="Settled request"
        hint="EIP-712 digest of the request; leads to the settlement that paid it, where that names it"
        value={delivery.requestHash}
        {...(settlement === undefined ? {} : { href: `/settlements/${settlement}` })}
      />
    </Facts>
  );
}

function Evidence({ delivery }: { readonly delivery: Delivery }) {
  const { disputeId, deliveryHash, revealedBytes, chunkCount } = delivery;
  return (
    <Facts>
      <HashFact
        label="Response"
        hint="EIP-712 digest of the response that the executor signed; the dispute's id"
        value={disputeId}
      />
      <HashFact
        label="Delivery"
        hint="Merkle root over the bytes that the executor says it sent"
        value={deliveryHash}
      />
      <Fact label="On chain" hint="What of the answer was put on chain; every byte is checked against the root">
        {revealedBytes === 0 && chunkCount === null
          ? "nothing"
          : `${formatQuantity(revealedBytes, "byte")} of ${formatQuantity(chunkCount ?? 0n, "chunk")}`}
      </Fact>
    </Facts>
  );
}

interface DeliveryDetailProps {
  readonly page: DisputePage & { readonly delivery: Delivery };
  /** Id of the settlement that paid the answer. */
  readonly settlement: string | undefined;
  /** The chain's clock. */
  readonly now: number;
}

/** A dispute about an answer that did not come. */
export function DeliveryDetail({ page, settlement, now }: DeliveryDetailProps) {
  const { dispute, delivery, slashing, moves } = page;
  const roles: Roles = new Map([
    [delivery.opener, { name: "Opener", path: "/clients" }],
    [delivery.clientAddress, { name: "Client", path: "/clients" }],
    [delivery.executorAddress, { name: "Executor", path: "/executors" }],
  ]);
  return (
    <>
      <DisputeFigures
        dispute={dispute}
        now={now}
        bond={
          <span className="text-[0.9375rem] sm:text-[1.125rem]">
            <Ether wei={delivery.bond} hint="Posted by who opened it" testId="dispute-bond" />
          </span>
        }
      />
      {dispute.closedAt === null ? null : (
        <Panel title="What became of the money" note="to the unit">
          <Transfers transfers={deliveryOutcome({ delivery, slashing, moves })} testId="outcome" />
        </Panel>
      )}
      <Panel title="Parties and answer">
        <DeliveryFacts delivery={delivery} settlement={settlement} />
      </Panel>
      <Panel title="Evidence" note="by hash">
        <Evidence delivery={delivery} />
      </Panel>
      <Panel title="Timeline">
        <Timeline entries={storyOf(moves, "ether")} roles={roles} />
      </Panel>
      <Branches
        branches={deliveryWays(deliveryBranches(delivery), { ...dispute, revealedBytes: delivery.revealedBytes })}
        state={dispute.state}
      />
    </>
  );
}
