"use client";

import type { ChatMessage } from "@lloom/protocol/messages";
import { useCallback, useEffect, useRef, useState } from "react";
import {
  type AnswerEvent,
  ended,
  heard,
  LIMITS,
  messagesOf,
  newTurn,
  type Turn,
  troubleOf,
} from "../../lib/playground/conversation.ts";

/** Has a question answered, one way or the other. */
export type Answering = (messages: readonly ChatMessage[], signal: AbortSignal) => AsyncIterable<AnswerEvent>;

export interface Conversation {
  readonly turns: readonly Turn[];
  readonly isBusy: boolean;
  readonly ask: (question: string, way: Turn["way"], answering: Answering) => void;
  readonly stop: () => void;
  readonly clear: () => void;
}

/** Questions and answers of one visit: they are nowhere but in this page, and gone with it. */
export function useConversation(): Conversation {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [running, setRunning] = useState<AbortController>();
  const latest = useRef(turns);
  latest.current = turns;
  const leaving = useRef<AbortController>(undefined);
  leaving.current = running;
  useEffect(() => () => leaving.current?.abort(), []);
  const ask = useCallback((question: string, way: Turn["way"], answering: Answering) => {
    const id = (latest.current.at(-1)?.id ?? 0) + 1;
    const messages = messagesOf(latest.current, question);
    const controller = new AbortController();
    const change = (next: (turn: Turn) => Turn): void =>
      setTurns((before) => before.map((turn) => (turn.id === id ? next(turn) : turn)));
    setTurns((before) => [...before, newTurn(id, question, way)].slice(-LIMITS.turns));
    setRunning(controller);
    void follow({ answering, messages, controller, change }).finally(() => setRunning(undefined));
  }, []);
  return {
    turns,
    isBusy: running !== undefined,
    ask,
    stop: useCallback(() => running?.abort(), [running]),
    clear: useCallback(() => setTurns([]), []),
  };
}

interface Following {
  readonly answering: Answering;
  readonly messages: readonly ChatMessage[];
  readonly controller: AbortController;
  readonly change: (next: (turn: Turn) => Turn) => void;
}

async function follow({ answering, messages, controller: { signal }, change }: Following): Promise<void> {
  try {
    for await (const event of answering(messages, signal)) change((turn) => heard(turn, event, messages));
    change((turn) => ended(turn, signal.aborted));
  } catch (thrown) {
    if (signal.aborted) change((turn) => ended(turn, true));
    else change((turn) => ({ ...turn, says: "", state: "failed", trouble: troubleOf(thrown) }));
  }
}
