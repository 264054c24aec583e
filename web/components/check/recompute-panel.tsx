"use client";

import { LloomError } from "@lloom/protocol/lloom-error";
import { type FormEvent, useEffect, useId, useState } from "react";
import { formatFraction } from "../../lib/format.ts";
import { serverOrigin } from "../../lib/guard/page-connections.ts";
import { type Trouble, troubleOf } from "../../lib/playground/conversation.ts";
import type { Recomputed, RecomputeOptions } from "../../lib/recompute/recompute.ts";
import { Fact, Facts } from "../figures/facts.tsx";
import { Sign } from "../figures/sign.tsx";
import { Panel } from "../layout/panel.tsx";
import { BUTTON, FIELD, LABEL } from "../playground/styles.ts";
import { TroubleNote } from "../playground/trouble-note.tsx";

const KEY = "lloom.rpc";

interface RecomputePanelProps extends Pick<RecomputeOptions, "executor" | "accounting" | "audits"> {
  readonly chainId: string;
  /** The server's origin with which this page may speak. */
  readonly opened: string | undefined;
}

type State =
  | { readonly name: "rest" }
  | { readonly name: "running"; readonly says: string }
  | { readonly name: "failed"; readonly trouble: Trouble }
  | { readonly name: "done"; readonly result: Recomputed };

/** Replays the executor's events from a chain's server that the visitor names, and compares the index with them. */
export function RecomputePanel({ executor, accounting, audits, chainId, opened }: RecomputePanelProps) {
  const id = useId();
  const [url, setUrl] = useState("");
  const [state, setState] = useState<State>({ name: "rest" });
  useEffect(() => {
    const kept = sessionStorage.getItem(KEY) ?? "";
    if (kept !== "" && serverOrigin(kept) === opened) setUrl(kept);
  }, [opened]);
  const run = async (): Promise<void> => {
    setState({ name: "running", says: "Beginning." });
    try {
      const { recompute } = await import("../../lib/recompute/recompute.ts");
      const onProgress = (says: string): void => setState({ name: "running", says });
      const { signal } = new AbortController();
      const contracts = { chainId: BigInt(chainId), accounting, audits };
      setState({
        name: "done",
        result: await recompute({ rpcUrl: url, executor, ...contracts, onProgress, signal }),
      });
    } catch (thrown) {
      setState({ name: "failed", trouble: troubleOf(thrown) });
    }
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    const origin = serverOrigin(url);
    if (origin === undefined)
      setState({ name: "failed", trouble: troubleOf(new LloomError("REQUEST_INVALID", NO_SERVER)) });
    else if (origin === opened) void run();
    else {
      // The page may speak with the server that its address names. A key in the URL stays in this tab.
      sessionStorage.setItem(KEY, url);
      location.assign(`?${new URLSearchParams({ rpc: origin })}#recompute`);
    }
  };
  return (
    <Panel title="Recompute its reputation" note="from the chain's own logs">
      <form id="recompute" onSubmit={onSubmit} className="space-y-3 p-4">
        <p className="max-w-[75ch] text-[0.875rem] text-ink-soft">
          This browser reads the executor's events from a server of chain {chainId} that you choose, replays them by the
          formula of <code className="font-mono">lloom reputation verify</code>, and compares every epoch with what this
          explorer's index says, bit by bit. Only the addresses of two contracts are the explorer's word:{" "}
          <span className="font-mono text-[0.8125rem] break-all">{accounting}</span> and{" "}
          <span className="font-mono text-[0.8125rem] break-all">{audits}</span>.
        </p>
        <div>
          <label htmlFor={id} className={LABEL}>
            Address of an RPC server, kept in this tab
          </label>
          <input
            id={id}
            className={`${FIELD} mt-1 max-w-[36rem]`}
            value={url}
            maxLength={500}
            autoComplete="off"
            spellCheck={false}
            placeholder="https://rpc.example"
            onChange={({ currentTarget }) => setUrl(currentTarget.value.trim())}
          />
        </div>
        <button type="submit" className={BUTTON} disabled={state.name === "running" || url === ""}>
          {opened !== undefined && serverOrigin(url) === opened ? "Recompute it" : "Use this server"}
        </button>
        <output className="block text-[0.875rem]" data-testid="recompute" data-state={stateOf(state)}>
          {state.name === "running" ? state.says : null}
          {state.name === "done" ? <Verdict {...state.result} /> : null}
        </output>
        {state.name === "failed" ? <TroubleNote trouble={state.trouble} /> : null}
      </form>
      {state.name === "done" ? <OwnStanding {...state.result} /> : null}
    </Panel>
  );
}

const NO_SERVER = "That is no http or https address of a server.";

const stateOf = (state: State): string =>
  state.name === "done" ? (state.result.difference === undefined ? "agrees" : "differs") : state.name;

function Verdict({ difference, epochs, events, block }: Recomputed) {
  if (difference === undefined)
    return (
      <Sign
        form="cleared"
        text={`The index agrees to the bit: ${epochs} epochs of ${events} events, up to block ${block}.`}
        hint="Replayed in this browser"
      />
    );
  const { epoch, input, own, told } = difference;
  return (
    <Sign
      form="danger"
      text={`The index differs first in epoch ${epoch}, in ${input}: it says ${told}, the events say ${own}. Believe the chain.`}
      hint="Replayed in this browser"
    />
  );
}

/** The newest standing, by the chain alone. */
function OwnStanding({ own }: Recomputed) {
  if (own === undefined)
    return <p className="border-t border-line px-4 py-3 text-ink-soft">By the chain it never registered.</p>;
  return (
    <div className="border-t border-line">
      <Facts>
        <Fact label="Grade" hint="Of its newest epoch in which something happened, by the events alone">
          {own.grade}
        </Fact>
        <Fact label="Trust" hint="The share of audits that it is sure to pass, weighed with its stake and strikes">
          {formatFraction(own.trust)}
        </Fact>
        <Fact label="Audits" hint="Passed, failed and unanswered, each by its age">
          {formatFraction(own.passed)} passed, {formatFraction(own.failed)} failed, {formatFraction(own.unanswered)}{" "}
          unanswered
        </Fact>
        <Fact label="Epoch" hint="The epoch, and the block of its newest event that counts">
          {own.epoch.toString()}, block {own.block}
        </Fact>
      </Facts>
    </div>
  );
}
