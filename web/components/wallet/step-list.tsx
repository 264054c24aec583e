import { formatCount } from "../../lib/format.ts";
import type { Step } from "../../lib/wallet/carry-out.ts";
import type { Change } from "../../lib/wallet/changes.ts";
import { Identifier } from "../figures/identifier.tsx";
import { Sign } from "../figures/sign.tsx";

const SAYS = {
  signing: "waits for your signature in the wallet",
  confirming: "waits for you in the wallet",
  sent: "sent; waits for a block",
} as const;

/** How far a plan has come, step by step. */
export function StepList({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol className="list-decimal space-y-1.5 pl-5 text-[0.9375rem] [overflow-wrap:anywhere]" data-testid="steps">
      {steps.map((step) => (
        <li key={step.what} data-testid="step" data-state={step.state}>
          {step.what}:{" "}
          {step.state === "mined" ? (
            <Sign form="cleared" text={`in block ${formatCount(step.block)}`} hint="The chain has done it" />
          ) : (
            <span className="text-ink-soft">{SAYS[step.state]}</span>
          )}
          {"hash" in step && step.hash !== undefined ? (
            <>
              {" "}
              <Identifier value={step.hash} what="transaction hash" href={`/tx/${step.hash}`} short />
            </>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

/** What moved by it, as the contracts have it now. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  if (changes.length === 0)
    return <p className="text-[0.9375rem]">Done. No sum of this account is another one by it.</p>;
  return (
    <div data-testid="changes">
      <p className="text-[0.9375rem]">Done. What moved, by the contracts themselves:</p>
      <dl className="mt-1.5 space-y-1 text-[0.9375rem]">
        {changes.map(({ what, before, after }) => (
          <div key={what} className="flex flex-wrap gap-x-3">
            <dt className="text-ink-soft [overflow-wrap:anywhere]">{what}</dt>
            <dd className="tabular-nums">
              {before} <span aria-hidden="true">→</span>
              <span className="sr-only">became</span> {after}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
