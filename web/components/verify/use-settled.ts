"use client";

import { useCallback, useEffect, useState } from "react";
import type { Examined } from "../../lib/verify/examine.ts";
import { readSettledAnswer, type SettledAnswer } from "../../lib/verify/settled.ts";

const TIMEOUT_MS = 10_000;

/** What came of asking the index about a receipt's lane. */
export type Asked =
  | { readonly state: "asking" | "silent" }
  | { readonly state: "told"; readonly answer: SettledAnswer };

async function askIndex({ file }: Examined, signal: AbortSignal): Promise<Asked> {
  const { client, executor, lane, nonce } = file.receipt.request;
  const search = new URLSearchParams({ client, executor, lane: String(lane), nonce: String(nonce) });
  try {
    const response = await fetch(`/api/settled?${search}`, {
      cache: "no-store",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    return response.ok ? { state: "told", answer: readSettledAnswer(await response.json()) } : { state: "silent" };
  } catch {
    return { state: "silent" };
  }
}

/** Asks the index once for each receipt, and again when it is told to. */
export function useSettled(examined: Examined | undefined): readonly [Asked, () => void] {
  const [asked, setAsked] = useState<Asked>({ state: "asking" });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks the same thing again.
  useEffect(() => {
    if (examined === undefined) return;
    const leaving = new AbortController();
    setAsked({ state: "asking" });
    void askIndex(examined, leaving.signal).then((answer) => leaving.signal.aborted || setAsked(answer));
    return () => leaving.abort();
  }, [examined, tries]);
  return [asked, useCallback(() => setTries((count) => count + 1), [])];
}
