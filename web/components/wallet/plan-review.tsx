"use client";

import { useEffect, useRef } from "react";
import { formatAmount } from "../../lib/format.ts";
import type { Plan } from "../../lib/wallet/plan.ts";
import type { Route } from "../../lib/wallet/route.ts";
import type { WalletProblem } from "../../lib/wallet/wallet-problem.ts";
import { Identifier } from "../figures/identifier.tsx";
import { Button } from "./button.tsx";
import { ProblemNote } from "./problem-note.tsx";

/** A plan with the way it is carried out, and what trying it out said. */
export interface Reviewed {
  readonly plan: Plan;
  readonly route: Route;
  /** Wei of gas of the first transaction by today's price; undefined where it can only be tried once something was signed. */
  readonly fee: bigint | undefined;
  /** What it would be refused with. */
  readonly refusal: WalletProblem | undefined;
}

const WAYS = {
  batch: "Your wallet asks once; all of it happens in one transaction, whole or not at all.",
  permit:
    "Your wallet asks for a signature first, which sends nothing and holds for an hour, and for this amount alone.",
  calls: "",
} as const satisfies Record<Route["kind"], string>;

interface PlanReviewProps {
  readonly reviewed: Reviewed;
  readonly onConfirm: () => void;
  readonly onBack: () => void;
}

/** What is about to be signed, in words, before any wallet is asked. */
export function PlanReview({ reviewed: { plan, route, fee, refusal }, onConfirm, onBack }: PlanReviewProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="space-y-3" data-testid="plan" data-route={route.kind}>
      <h3 ref={heading} tabIndex={-1} className="font-medium outline-none">
        {plan.title}
      </h3>
      <ul className="list-disc space-y-1 pl-5 text-[0.9375rem] [overflow-wrap:anywhere]" data-testid="plan-effects">
        {plan.effects.map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      <div className="text-[0.875rem] text-ink-soft">
        <p>{route.calls.length === 1 ? "One transaction:" : `${route.calls.length} calls:`}</p>
        <ol className="mt-1 list-decimal space-y-1 pl-5 [overflow-wrap:anywhere]" data-testid="plan-calls">
          {route.calls.map(({ what, contract, to, value }) => (
            <li key={what}>
              {what}, by {contract === "token" ? "the payment token" : contract} at{" "}
              <Identifier value={to} what={`${contract} address`} />
              {value === 0n ? "" : `, with ${formatAmount(value, 18)} ETH`}
            </li>
          ))}
        </ol>
      </div>
      {WAYS[route.kind] === "" ? null : <p className="text-[0.875rem] text-ink-soft">{WAYS[route.kind]}</p>}
      {refusal === undefined ? (
        <p className="text-[0.875rem] text-ink-soft" data-testid="plan-tried">
          {fee === undefined
            ? "It is tried out once it is signed, and before it is sent."
            : `Tried out: the contract takes it now. Its gas costs about ${formatAmount(fee / 10n ** 9n, 9)} ETH${route.calls.length > 1 ? " for the first call" : ""}.`}
        </p>
      ) : (
        <ProblemNote problem={refusal} />
      )}
      <div className="flex flex-wrap gap-3">
        {refusal === undefined ? (
          <Button onClick={onConfirm} data-testid="plan-confirm">
            Confirm in the wallet
          </Button>
        ) : null}
        <Button look="second" onClick={onBack}>
          Change it
        </Button>
      </div>
    </div>
  );
}
