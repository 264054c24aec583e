"use client";

import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useMemo } from "react";
import type { IndexedAccount } from "../../lib/indexer/wallets.ts";
import { hrefWith } from "../../lib/list-query.ts";
import type { WalletChain } from "../../lib/wallet/chains.ts";
import { Panel } from "../layout/panel.tsx";
import { ActionMenu } from "./action-menu.tsx";
import { ConnectedBar } from "./connected-bar.tsx";
import type { DeskProps } from "./desk-props.ts";
import { ProblemNote } from "./problem-note.tsx";
import { useWallets } from "./use-session.ts";
import { WalletChoice } from "./wallet-choice.tsx";

/** Encoding calls takes more code than all the rest of the page: it comes once a wallet is connected. */
const ActionDesk = dynamic(() => import("./action-desk.tsx").then(({ ActionDesk }) => ActionDesk), {
  ssr: false,
  loading: () => <p className="panel px-4 py-4 text-ink-soft">Loading…</p>,
});

interface AccountDeskProps extends Omit<DeskProps, "session" | "executors" | "signers"> {
  readonly networkName: string;
  readonly rpcUrl: string | undefined;
  /** The account of the address bar; undefined for none. */
  readonly account: IndexedAccount | undefined;
  /** Parameters of the address bar that stay when the account is another one. */
  readonly search: Readonly<Record<string, string | undefined>>;
  /** What the index says of the account; a wallet says it itself. */
  readonly children: ReactNode;
}

/** Connects a wallet and acts with it. */
export function AccountDesk({ networkName, rpcUrl, account, search, children, ...desk }: AccountDeskProps) {
  const { deployment, action } = desk;
  const { found, session, problem, connect, disconnect } = useWallets();
  const router = useRouter();
  const address = session?.address;
  useEffect(() => {
    if (address !== undefined && account?.address !== address)
      router.replace(hrefWith("/account", { ...search, address }), { scroll: false });
  }, [address, account?.address, router, search]);
  const isOwn = account !== undefined && account.address === address;
  const executors = useMemo(() => (isOwn ? account.channels.map(({ executor }) => executor) : []), [isOwn, account]);
  const signers = useMemo(() => (isOwn ? account.signers.map((signer) => signer.address) : []), [isOwn, account]);
  const chain: WalletChain = { chainId: deployment.chainId, name: networkName, rpcUrl };
  return (
    <div className="space-y-5">
      <div className="needs-code space-y-5" data-testid="account-desk" data-connected={address}>
        <Panel title="Wallet" note="keys stay in it; this page sees an address and asks it to sign">
          {session === undefined ? (
            <WalletChoice found={found} onConnect={connect} />
          ) : (
            <ConnectedBar session={session} chain={chain} onDisconnect={disconnect} />
          )}
          {problem === undefined ? null : (
            <div className="px-4 pb-3">
              <ProblemNote problem={problem} />
            </div>
          )}
        </Panel>
        <div className="grid items-start gap-5 lg:grid-cols-[14rem_minmax(0,1fr)]">
          <Panel title="What to do">
            <ActionMenu current={action} address={address ?? account?.address} />
          </Panel>
          {session !== undefined && session.chainId === deployment.chainId ? (
            <ActionDesk {...desk} key={session.address} session={session} executors={executors} signers={signers} />
          ) : (
            <Panel title="Act">
              <p className="px-4 py-4 text-ink-soft">
                {session === undefined
                  ? "Connect a wallet to act. Nothing is signed or sent before it was told in words and tried out."
                  : "Switch the wallet to this network's chain to act."}
              </p>
            </Panel>
          )}
        </div>
      </div>
      {isOwn ? null : children}
    </div>
  );
}
