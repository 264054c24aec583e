"use client";

import type { FoundWallet } from "../../lib/wallet/discovery.ts";
import { Empty } from "../states/empty.tsx";
import { Button } from "./button.tsx";

interface WalletChoiceProps {
  readonly found: readonly FoundWallet[];
  readonly onConnect: (wallet: FoundWallet) => void;
}

/** The wallets of this browser, to connect one. */
export function WalletChoice({ found, onConnect }: WalletChoiceProps) {
  if (found.length === 0) {
    return (
      <Empty title="No wallet in this browser">
        Install a wallet that says that it is there (EIP-6963), as MetaMask, Rabby and most others do, and reload this
        page. Everything here can be done by the command line too.
      </Empty>
    );
  }
  return (
    <ul className="divide-y divide-line">
      {found.map((wallet) => (
        <li key={`${wallet.rdns} ${wallet.name}`} className="flex items-center gap-3 px-4 py-2.5">
          {wallet.icon === undefined ? (
            <span className="size-7 rounded bg-raised" aria-hidden="true" />
          ) : (
            // biome-ignore lint/performance/noImgElement: a picture in a data address has nothing to optimise.
            <img src={wallet.icon} alt="" className="size-7 rounded" />
          )}
          <span className="min-w-0 grow [overflow-wrap:anywhere]">{wallet.name}</span>
          <Button onClick={() => onConnect(wallet)} aria-label={`Connect ${wallet.name}`} data-testid="wallet-connect">
            Connect
          </Button>
        </li>
      ))}
    </ul>
  );
}
