"use client";

import { useEffect, useRef } from "react";
import type { ToldNetwork } from "../../lib/direct/network.ts";
import type { Turn } from "../../lib/playground/conversation.ts";
import type { SessionKeys } from "../../lib/verify/examine.ts";
import { TurnItem } from "./turn-item.tsx";

interface TurnListProps {
  readonly turns: readonly Turn[];
  readonly network: ToldNetwork;
  readonly keys: SessionKeys;
}

/** The conversation, in a window of its own, so that the form below it stays where it is while text comes. */
export function TurnList({ turns, network, keys }: TurnListProps) {
  const region = useRef<HTMLElement>(null);
  const { id, text, state } = turns.at(-1) ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever the newest answer changes.
  useEffect(() => {
    region.current?.scrollTo({ top: region.current.scrollHeight });
  }, [id, text, state]);
  if (turns.length === 0) return null;
  return (
    <section
      ref={region}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard.
      tabIndex={0}
      aria-label="Questions and answers"
      className="h-[55vh] min-h-[18rem] overflow-y-auto focus-visible:-outline-offset-2"
    >
      <ol className="divide-y divide-line">
        {turns.map((turn) => (
          <TurnItem key={turn.id} turn={turn} network={network} keys={keys} />
        ))}
      </ol>
    </section>
  );
}
