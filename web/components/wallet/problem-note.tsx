import type { WalletProblem } from "../../lib/wallet/wallet-problem.ts";

/** Says what came to nothing, and what to do. */
export const ProblemNote = ({ problem: { kind, sentence, next } }: { readonly problem: WalletProblem }) => (
  <div role="alert" data-testid="wallet-problem" data-kind={kind} className="banner [overflow-wrap:anywhere]">
    <p className="font-medium">{sentence}</p>
    <p className="text-ink-soft">{next}</p>
  </div>
);
