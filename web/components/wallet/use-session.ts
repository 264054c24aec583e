"use client";

import { useCallback, useEffect, useState } from "react";
import { type FoundWallet, findWallets } from "../../lib/wallet/discovery.ts";
import {
  connectWallet,
  disconnectWallet,
  openSession,
  type Session,
  wasConnected,
  watchSession,
} from "../../lib/wallet/session.ts";
import { type WalletProblem, walletProblem } from "../../lib/wallet/wallet-problem.ts";

/** What a page knows of the wallets of its browser. */
export interface Wallets {
  readonly found: readonly FoundWallet[];
  readonly session: Session | undefined;
  /** Why connecting came to nothing. */
  readonly problem: WalletProblem | undefined;
  readonly connect: (wallet: FoundWallet) => void;
  readonly disconnect: () => void;
}

/** Finds wallets, and keeps a session with one up to date. One that was connected before is asked whether it still shows an account. */
export function useWallets(): Wallets {
  const [found, setFound] = useState<readonly FoundWallet[]>([]);
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<WalletProblem>();
  const wallet = session?.wallet;
  useEffect(() => findWallets(setFound), []);
  useEffect(() => {
    const known = found.find(wasConnected);
    if (wallet !== undefined || known === undefined) return;
    void openSession(known).then(setSession, () => {});
  }, [found, wallet]);
  useEffect(() => {
    if (wallet === undefined) return;
    return watchSession(wallet, () => void openSession(wallet).then(setSession, () => setSession(undefined)));
  }, [wallet]);
  const connect = useCallback((chosen: FoundWallet) => {
    setProblem(undefined);
    connectWallet(chosen).then(setSession, (thrown: unknown) => setProblem(walletProblem(thrown)));
  }, []);
  const disconnect = useCallback(() => {
    if (wallet === undefined) return;
    void disconnectWallet(wallet);
    setSession(undefined);
  }, [wallet]);
  return { found, session, problem, connect, disconnect };
}
