import type { Problem } from "../../lib/problem.ts";
import { RetryButton } from "./retry-button.tsx";

interface ProblemPanelProps {
  readonly problem: Problem;
  /** Whether it is all that the page has, and so its main heading. */
  readonly isPage?: boolean;
}

/** Stands in for what could not be read: what happened, what to do, and a button that tries again. */
export function ProblemPanel({ problem, isPage = false }: ProblemPanelProps) {
  const { message, next } = problem;
  const Heading = isPage ? "h1" : "h2";
  return (
    <section
      role="alert"
      data-testid="problem"
      data-code={problem.code}
      className="rounded-md border border-madder/40 bg-madder-wash px-5 py-6"
    >
      <Heading className="text-[1.0625rem] font-medium text-madder">The data cannot be read right now</Heading>
      <p className="mt-2 max-w-[70ch] break-words text-ink">{message}</p>
      <p className="mt-1 max-w-[70ch] text-ink-soft">{next}</p>
      <div className="mt-4 flex items-center gap-4">
        {problem.retryable ? <RetryButton /> : null}
        <code className="font-mono text-[0.75rem] text-ink-faint">{problem.code}</code>
      </div>
    </section>
  );
}
