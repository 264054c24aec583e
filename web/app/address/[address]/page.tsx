import { isAddress } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { RolePart } from "../../../components/addresses/role-part.tsx";
import { SignerTable } from "../../../components/addresses/signer-table.tsx";
import { Identifier } from "../../../components/figures/identifier.tsx";
import { PageTitle } from "../../../components/layout/page-title.tsx";
import { Panel } from "../../../components/layout/panel.tsx";
import { MovementTable } from "../../../components/movements/movement-table.tsx";
import { Empty } from "../../../components/states/empty.tsx";
import { ProblemPanel } from "../../../components/states/problem-panel.tsx";
import { PartLinks } from "../../../components/table/part-links.tsx";
import { ADDRESS_TABS, parseAddressTab, tabsOf } from "../../../lib/addresses/tabs.ts";
import { chainNow, laterNow } from "../../../lib/chain-time.ts";
import { shortHex } from "../../../lib/format.ts";
import { readAddress } from "../../../lib/indexer/addresses.ts";
import { hrefWith, type SearchParams } from "../../../lib/list-query.ts";
import { normalizeQuery } from "../../../lib/search.ts";

interface PageProps {
  readonly params: Promise<{ readonly address: string }>;
  readonly searchParams: Promise<SearchParams>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `Address ${shortHex((await params).address)}` };
}

/** Everything that an address is in this network, a part for each role. Streams nothing before it knows. */
export default async function AddressDetailPage({ params, searchParams }: PageProps) {
  const address = normalizeQuery((await params).address);
  if (!isAddress(address)) notFound();
  const answer = await readAddress(address);
  if (!answer.ok) return <ProblemPanel problem={answer.problem} isPage />;
  if (answer.value === undefined) notFound();
  const page = answer.value;
  const tabs = tabsOf(page);
  const tab = parseAddressTab(await searchParams, tabs);
  return (
    <>
      <PageTitle lead={<Identifier value={address} what="address" copyable testId="address" />}>
        Address <span className="font-mono text-[1.25rem] font-medium">{shortHex(address)}</span>
      </PageTitle>
      <div className="space-y-5">
        <PartLinks
          parts={tabs.map((name) => ({
            label: ADDRESS_TABS[name],
            href: hrefWith(`/address/${address}`, { tab: name === tabs[0] ? undefined : name }),
            isCurrent: name === tab,
          }))}
        />
        {tab === undefined ? null : <RolePart tab={tab} page={page} now={chainNow()} />}
        <Panel
          title="Money that moved"
          note="the newest, without settlements"
          actions={
            <Link className="link" href={hrefWith("/account", { address })} prefetch={false}>
              Act with this account
            </Link>
          }
        >
          {page.movements.length === 0 ? (
            <Empty title="Nothing yet">Deposits, channels, stake and payouts show up here.</Empty>
          ) : (
            <MovementTable
              caption="Movements of this account's money, the newest first"
              movements={page.movements}
              now={laterNow()}
              without="account"
            />
          )}
        </Panel>
        {page.keys.length === 0 ? null : (
          <Panel title="Session keys" note="they sign for this account">
            <SignerTable keys={page.keys} now={chainNow()} />
          </Panel>
        )}
      </div>
    </>
  );
}
