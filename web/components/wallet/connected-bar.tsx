"use client";

import { useState } from "react";
import { switchChain, type WalletChain } from "../../lib/wallet/chains.ts";
import type { Session } from "../../lib/wallet/session.ts";
import { type WalletProblem, walletProblem } from "../../lib/wallet/wallet-problem.ts";
import { Identifier } from "../figures/identifier.tsx";
import { Button } from "./button.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface ConnectedBarProps {
  readonly session: Session;
  readonly chain: WalletChain;
  readonly onDisconnect: () => void;
}

const UNKNOWN = ({ chainId, name }: WalletChain): WalletProblem => ({
  kind: "failed",
  sentence: `The wallet does not know the chain of ${name}, and this explorer names no address to reach it at.`,
  next: `Add the chain with id ${chainId} to the wallet yourself, then switch to it.`,
});

/** Another chain than the network's: what is done there would not be done here. */
function WrongChain({ session, chain }: Omit<ConnectedBarProps, "onDisconnect">) {
  const [problem, setProblem] = useState<WalletProblem>();
  const onSwitch = () => {
    setProblem(undefined);
    switchChain(session.wallet.provider, chain).then(
      (told) => told === "unknown" && setProblem(UNKNOWN(chain)),
      (thrown: unknown) => setProblem(walletProblem(thrown)),
    );
  };
  return (
    <div className="space-y-3 px-4 py-3" data-testid="wrong-chain">
      <p className="banner" role="alert">
        The wallet is on chain {String(session.chainId)}; {chain.name} is on chain {String(chain.chainId)}. Nothing can
        be done here until it is on the same.
      </p>
      <Button onClick={onSwitch} data-testid="switch-chain">
        Switch the wallet to {chain.name}
      </Button>
      {problem === undefined ? null : <ProblemNote problem={problem} />}
    </div>
  );
}

/** Which account of which wallet is connected, and whether it is on the network's chain. */
export function ConnectedBar({ session, chain, onDisconnect }: ConnectedBarProps) {
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
        <p className="min-w-0 grow">
          <Identifier
            value={session.address}
            what="connected address"
            href={`/address/${session.address}`}
            copyable
            testId="connected-address"
          />{" "}
          <span className="text-[0.875rem] text-ink-soft">by {session.wallet.name}</span>
        </p>
        <Button look="second" onClick={onDisconnect} data-testid="wallet-disconnect">
          Disconnect
        </Button>
      </div>
      {session.chainId === chain.chainId ? null : <WrongChain session={session} chain={chain} />}
    </div>
  );
}
