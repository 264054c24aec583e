"use client";

import { type FormEvent, useState } from "react";
import { ACTIONS, type ActionName } from "../../lib/wallet/actions.ts";
import type { FieldName } from "../../lib/wallet/plan.ts";
import { Panel } from "../layout/panel.tsx";
import { sumsOfFacts } from "./account-sums.ts";
import { ActionField } from "./action-field.tsx";
import { Button } from "./button.tsx";
import type { DeskProps } from "./desk-props.ts";
import { PlanReview } from "./plan-review.tsx";
import { ProblemNote } from "./problem-note.tsx";
import { ChangeList, StepList } from "./step-list.tsx";
import { SumsTable } from "./sums-table.tsx";
import { type Phase, type Typed, useAction } from "./use-action.ts";

/** Fields that an action does without. */
const OPTIONAL: Partial<Readonly<Record<ActionName, readonly FieldName[]>>> = { deposit: ["proof"] };

interface FormProps extends Pick<DeskProps, "deployment" | "executors" | "signers"> {
  readonly action: ActionName;
  readonly typed: Typed;
  readonly phase: Extract<Phase, { name: "form" | "trying" }>;
  readonly onType: (typed: Typed) => void;
  readonly onReview: () => void;
}

function ActionForm({ action, typed, phase, deployment, executors, signers, onType, onReview }: FormProps) {
  const { fields } = ACTIONS[action];
  const isTrying = phase.name === "trying";
  const problems = phase.name === "form" ? phase.problems : {};
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    onReview();
  };
  // A plan may find fault with a thing that the action has no field for.
  const others = Object.entries(problems).filter(([name]) => !fields.includes(name as FieldName));
  return (
    <form onSubmit={onSubmit} className="grid gap-4">
      {fields.map((name) => (
        <ActionField
          key={name}
          name={name}
          value={typed[name] ?? ""}
          problem={problems[name]}
          token={deployment.token}
          known={name === "executor" ? executors : name === "signer" ? signers : []}
          isOptional={OPTIONAL[action]?.includes(name) ?? false}
          isDisabled={isTrying}
          onChange={(value) => onType({ ...typed, [name]: value })}
        />
      ))}
      {others.map(([name, problem]) => (
        <p key={name} className="text-[0.875rem] text-madder" data-testid={`problem-${name}`}>
          {problem}
        </p>
      ))}
      {phase.name === "form" && phase.failure !== undefined ? <ProblemNote problem={phase.failure} /> : null}
      <div>
        <Button type="submit" disabled={isTrying} data-testid="action-review">
          {isTrying ? "Trying it out…" : "Review"}
        </Button>
      </div>
    </form>
  );
}

/** What an account has by the contracts themselves, and one action with it. */
export function ActionDesk(props: DeskProps) {
  const { action, session, deployment, settlement, initial } = props;
  const [typed, setTyped] = useState<Typed>(initial);
  const { facts, phase, review, confirm, again } = useAction(props);
  return (
    <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <Panel title={action === undefined ? "Act" : ACTIONS[action].title} note={action && ACTIONS[action].about}>
        <div className="px-4 py-4" data-testid="action" data-action={action} data-phase={phase.name}>
          {action === undefined ? (
            <p className="text-ink-soft">Choose what to do from the list.</p>
          ) : phase.name === "form" || phase.name === "trying" ? (
            <ActionForm
              {...props}
              action={action}
              typed={settlement === undefined ? typed : { ...typed, settlement: settlement.id }}
              phase={phase}
              onType={setTyped}
              onReview={() => void review(typed)}
            />
          ) : phase.name === "review" ? (
            <div className="space-y-4">
              {phase.failure === undefined ? null : <ProblemNote problem={phase.failure} />}
              {phase.steps.length === 0 ? null : <StepList steps={phase.steps} />}
              <PlanReview
                reviewed={phase.reviewed}
                onConfirm={() => void confirm(phase.reviewed, typed)}
                onBack={again}
              />
            </div>
          ) : (
            <output className="block space-y-4">
              <StepList steps={phase.steps} />
              {phase.name === "done" ? (
                <>
                  <ChangeList changes={phase.changes} />
                  <Button look="second" onClick={again} data-testid="action-again">
                    Do another
                  </Button>
                </>
              ) : null}
            </output>
          )}
        </div>
      </Panel>
      <Panel title="What the account has" note={facts && `by the contracts, at block ${facts.block}`}>
        {facts === undefined ? (
          <p className="px-4 py-4 text-ink-soft">The wallet is asked…</p>
        ) : (
          <div data-testid="account-facts" data-address={session.address}>
            <SumsTable caption="What the account has" sums={sumsOfFacts(facts)} token={deployment.token} />
          </div>
        )}
      </Panel>
    </div>
  );
}
