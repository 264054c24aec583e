import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ChannelTable } from "../../../components/accounts/channel-table.tsx";
import { ClientFigures } from "../../../components/accounts/client-figures.tsx";
import { LaneTable } from "../../../components/accounts/lane-table.tsx";
import { SignerTable } from "../../../components/addresses/signer-table.tsx";
import { AccountDisputes } from "../../../components/disputes/account-disputes.tsx";
import { Identifier } from "../../../components/figures/identifier.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { MovementTable } from "../../../components/movements/movement-table.tsx";
import { AccountSettlements } from "../../../components/settlements/account-settlements.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { chainNow, laterNow } from "../../../lib/chain-time.ts";
import { shortHex } from "../../../lib/format.ts";
import { readClient } from "../../../lib/indexer/accounts.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Client ${shortHex((await params).address)}` };
}

/** Streams nothing before it knows: an unknown address is then a 404 for every program. */
export default async function ClientDetailPage({ params }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const answer = await readClient(address);
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (answer.value === undefined) notFound();
  const { client, settlements, channels, disputes, conduct, lanes, signers, movements } = answer.value;
  const now = laterNow();
  return (
    <>
      <PageTitle lead={<Identifier value={address} what="address" copyable />}>
        Client <span className="font-mono text-[1.25rem] font-medium">{shortHex(address)}</span>
      </PageTitle>
      <div className="space-y-5">
        <ClientFigures client={client} />
        <AccountSettlements party="client" address={address} settlements={settlements} now={now} />
        <AccountDisputes party="client" address={address} disputes={disputes} now={chainNow()} />
        <Panel title="Channels" note="money that it has set aside for executors">
          {channels.length === 0 ? (
            <Empty title="No channels yet">It opens one by allocating part of its deposit to an executor.</Empty>
          ) : (
            <ChannelTable channels={channels} show="executor" conduct={conduct} now={now} />
          )}
        </Panel>
        {lanes.length === 0 ? null : (
          <Panel title="Lanes" note="the 15 that were settled last">
            <LaneTable lanes={lanes} now={now} />
          </Panel>
        )}
        {signers.length === 0 ? null : (
          <Panel title="Session keys" note="they sign for this client">
            <SignerTable keys={signers} now={chainNow()} />
          </Panel>
        )}
        {movements.length === 0 ? null : (
          <Panel title="Money that moved" note="the newest 20, without settlements">
            <MovementTable
              caption="Movements of this client's money, the newest first"
              movements={movements}
              now={now}
              without="account"
            />
          </Panel>
        )}
      </div>
    </>
  );
}
