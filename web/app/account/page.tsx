import { addressOf } from "@lloom/protocol/identifiers";
import type { Metadata } from "next";
import { Fact, Facts } from "../../components/figures/facts.tsx";
import { Identifier } from "../../components/figures/identifier.tsx";
import { PageTitle } from "../../components/layout/page-title.tsx";
import { Panel } from "../../components/layout/panel.tsx";
import { Empty } from "../../components/states/empty.tsx";
import { ProblemPanel } from "../../components/states/problem-panel.tsx";
import { AccountDesk } from "../../components/wallet/account-desk.tsx";
import { sumsOfIndex } from "../../components/wallet/account-sums.ts";
import { SumsTable } from "../../components/wallet/sums-table.tsx";
import { chainNow } from "../../lib/chain-time.ts";
import { settings } from "../../lib/env.ts";
import { readSettlement } from "../../lib/indexer/settlements.ts";
import { type IndexedAccount, readWalletPage } from "../../lib/indexer/wallets.ts";
import { oneParam, type SearchParams } from "../../lib/list-query.ts";
import { atOneMoment } from "../../lib/moment/page-moment.ts";
import type { SettlementRow } from "../../lib/rows.ts";
import { isSettlementId } from "../../lib/search.ts";
import { parseAction } from "../../lib/wallet/actions.ts";
import type { WalletDeployment } from "../../lib/wallet/deployment.ts";
import type { DisputedSettlement } from "../../lib/wallet/plans/disputes.ts";

export const metadata: Metadata = {
  title: "Account",
  description: "Deposit, allocate, stake, withdraw and dispute with a wallet of your own.",
};

/** What an action's fields can be filled with from the address bar. */
const FIELDS = ["amount", "executor", "to", "signer", "dispute"] as const;

const disputedOf = (row: SettlementRow): DisputedSettlement => ({
  id: row.id,
  transactionHash: row.transactionHash,
  responseHash: row.responseHash,
  client: row.clientAddress,
  executor: row.executorAddress,
  tailPaid: row.tailPaid,
});

/** The contracts that a wallet is asked to call from here. */
function Contracts({ deployment }: { readonly deployment: WalletDeployment }) {
  const { chainId, accounting, stakeRegistry, paymentToken, token } = deployment;
  return (
    <Panel title="Contracts" note={`of chain ${chainId}; compare them with what your wallet shows`}>
      <Facts>
        <Fact label="AccountingV2" hint="Holds deposits, channels and earnings">
          <Identifier value={accounting} what="AccountingV2" copyable testId="contract-accounting" />
        </Fact>
        <Fact label="StakeRegistry" hint="Holds stake and rewards">
          <Identifier value={stakeRegistry} what="StakeRegistry" copyable />
        </Fact>
        <Fact label={token.symbol} hint="The payment token of this network">
          <Identifier value={paymentToken} what="payment token" copyable />
        </Fact>
      </Facts>
    </Panel>
  );
}

/** An account's money without any wallet: by the index, for everybody. */
const Indexed = ({ account, deployment }: { account: IndexedAccount; deployment: WalletDeployment }) => (
  <Panel title="By the index" note="what everybody can see of this account">
    <p className="px-4 pt-2.5">
      <Identifier value={account.address} what="address" href={`/address/${account.address}`} copyable />
    </p>
    <SumsTable
      caption="What the account has, by the index"
      sums={sumsOfIndex(account, chainNow())}
      token={deployment.token}
    />
  </Panel>
);

export default async function AccountPage({ searchParams }: { readonly searchParams: Promise<SearchParams> }) {
  const params = await searchParams;
  const address = addressOf(oneParam(params, "address") ?? "");
  const settlementId = oneParam(params, "settlement");
  const { page, settlement } = await atOneMoment(async () => ({
    page: await readWalletPage(address),
    settlement:
      settlementId === undefined || !isSettlementId(settlementId) ? undefined : await readSettlement(settlementId),
  }));
  if (!page.ok) return <ProblemPanel problem={page.problem} isPage />;
  const { deployment, account } = page.value;
  const { networkName, publicRpc } = settings();
  const initial = Object.fromEntries(
    FIELDS.flatMap((name) => {
      const value = oneParam(params, name);
      return value === undefined ? [] : [[name, value.slice(0, 100)]];
    }),
  );
  const disputed = settlement?.ok && settlement.value !== undefined ? disputedOf(settlement.value) : undefined;
  return (
    <>
      <PageTitle lead="Money of a wallet of your own, in this network: what is where, what is free when, and everything that can be done with it. Each transaction is told in words, and tried out, before anything is signed.">
        Account
      </PageTitle>
      {deployment === undefined ? (
        <Panel title="Wallet">
          <Empty title="No contracts yet">The index has not seen the network's contracts so far.</Empty>
        </Panel>
      ) : (
        <div className="space-y-5">
          <noscript>
            <p className="panel px-4 py-4" data-testid="account-without-code">
              Wallets are asked by code in your browser, which is off. Turn JavaScript on, or use the commands:{" "}
              <code className="font-mono text-[0.8125rem]">lloom status</code>,{" "}
              <code className="font-mono text-[0.8125rem]">lloom deposit</code> and others.
            </p>
            <style>{".needs-code { display: none }"}</style>
          </noscript>
          <AccountDesk
            action={parseAction(params)}
            deployment={deployment}
            networkName={networkName}
            rpcUrl={publicRpc}
            account={address === undefined ? undefined : account}
            settlement={disputed}
            initial={initial}
            search={{ do: parseAction(params), ...initial, settlement: disputed?.id }}
          >
            {address === undefined ? null : <Indexed account={account} deployment={deployment} />}
          </AccountDesk>
          <Contracts deployment={deployment} />
          <p className="max-w-[75ch] text-[0.875rem] text-ink-soft">
            Some things stay with the command line: taking a role for the first time needs a node's peer id (
            <code className="font-mono text-[0.8125rem]">lloom stake</code>), and complaints about a model or counts
            need evidence files (<code className="font-mono text-[0.8125rem]">lloom dispute</code>).
          </p>
        </div>
      )}
    </>
  );
}
