"use client";

import { newSession, type Session } from "@lloom/browser/session";
import type { Address } from "@lloom/protocol/commitment-types";
import { useCallback, useEffect, useState } from "react";
import { forgetPurse, loadPurse, type Purse, savePurse } from "../../lib/playground/session-store.ts";
import { askPurse, type ToldPurse } from "../../lib/playground/told-purse.ts";

/** The session key of this browser, with what the index says of it. */
export interface OwnPurse {
  /** False until the browser's storage was read. */
  readonly isRead: boolean;
  readonly purse: Purse | undefined;
  /** Undefined while nobody was asked, or nobody answers. */
  readonly told: ToldPurse | undefined;
  readonly make: () => void;
  readonly take: (session: Session) => void;
  readonly payBy: (principal: Address) => void;
  readonly forget: () => void;
  readonly askAgain: () => void;
}

/** How often the index is asked while the key is not authorised: the visitor is about to do it. */
const WAITING_MS = 4_000;

/** Keeps a session key in the browser's storage, and asks the index about it. */
export function useOwnPurse(): OwnPurse {
  const [isRead, setRead] = useState(false);
  const [purse, setPurse] = useState<Purse>();
  const [told, setTold] = useState<ToldPurse>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    setPurse(loadPurse(localStorage));
    setRead(true);
  }, []);
  const keep = useCallback((next: Purse) => {
    savePurse(localStorage, next);
    setTold(undefined);
    setPurse(next);
  }, []);
  const isWaiting = told?.isAuthorised === false || told?.channels.size === 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks the same thing again.
  useEffect(() => {
    if (purse?.principal === undefined) return;
    const leaving = new AbortController();
    void askPurse(purse.principal, purse.session.address, leaving.signal).then(
      (answer) => leaving.signal.aborted || setTold(answer),
    );
    return () => leaving.abort();
  }, [purse, tries]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more after each answer.
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(() => setTries((count) => count + 1), WAITING_MS);
    return () => clearTimeout(timer);
  }, [isWaiting, told]);
  return {
    ...{ isRead, purse, told },
    make: useCallback(() => keep({ session: newSession(), principal: undefined }), [keep]),
    take: useCallback((session: Session) => keep({ session, principal: undefined }), [keep]),
    payBy: useCallback((principal: Address) => purse && keep({ ...purse, principal }), [keep, purse]),
    forget: useCallback(() => {
      forgetPurse(localStorage);
      setPurse(undefined);
      setTold(undefined);
    }, []),
    askAgain: useCallback(() => setTries((count) => count + 1), []),
  };
}
