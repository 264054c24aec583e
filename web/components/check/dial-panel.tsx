"use client";

import { asLloomError } from "@lloom/protocol/lloom-error";
import { useState } from "react";
import { type DialCheck, type DialFinding, dialCheck } from "../../lib/direct/dial-check.ts";
import { Sign } from "../figures/sign.tsx";
import { Panel } from "../layout/panel.tsx";
import { BUTTON } from "../playground/styles.ts";
import { LineList } from "../verify/line-list.tsx";

type DialPanelProps = Omit<DialCheck, "isSecure" | "open">;

function verdictOf(findings: readonly DialFinding[]) {
  if (findings.some(({ state }) => state === "wrong"))
    return { form: "danger", text: "It cannot be asked from this browser now." } as const;
  return findings.some(({ name }) => name === "word")
    ? ({ form: "cleared", text: "It answers this browser, and it is who it says." } as const)
    : ({ form: "none", text: "There is no way from this browser to it." } as const);
}

/** Dials the executor from the visitor's browser, and says what was found. */
export function DialPanel(props: DialPanelProps) {
  const [findings, setFindings] = useState<readonly DialFinding[]>([]);
  const [state, setState] = useState<"rest" | "dialling" | "done">("rest");
  const dial = async (): Promise<void> => {
    setFindings([]);
    setState("dialling");
    const add = (finding: DialFinding): void => setFindings((before) => [...before, finding]);
    try {
      for await (const finding of dialCheck({ ...props, isSecure: location.protocol === "https:" })) add(finding);
    } catch (thrown) {
      add({ name: "path", what: "the way there", state: "wrong", says: asLloomError(thrown).message });
    }
    setState("done");
  };
  const verdict = verdictOf(findings);
  return (
    <Panel title="Dial it from here" note="no server between">
      <div className="space-y-3 p-4">
        <p className="max-w-[75ch] text-[0.875rem] text-ink-soft">
          This browser asks validators where the executor is, and calls it there. It and they see your network address,
          as every server does that you visit.
        </p>
        <button type="button" className={BUTTON} disabled={state === "dialling"} onClick={() => void dial()}>
          {state === "dialling" ? "Dialling…" : state === "rest" ? "Dial it from here" : "Dial it again"}
        </button>
        <output className="block" data-testid="dial-verdict" data-state={state === "done" ? verdict.form : state}>
          {state === "done" ? <Sign form={verdict.form} text={verdict.text} hint="By the lines below" /> : null}
        </output>
      </div>
      {findings.length === 0 ? null : (
        <div className="border-t border-line">
          <LineList lines={findings} />
        </div>
      )}
    </Panel>
  );
}
