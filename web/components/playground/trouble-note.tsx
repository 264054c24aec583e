import type { Trouble } from "../../lib/playground/conversation.ts";

/** What went wrong, and what to do about it. */
export function TroubleNote({ trouble }: { readonly trouble: Trouble }) {
  return (
    <div role="alert" data-testid="trouble" data-code={trouble.code} className="banner">
      <p className="font-medium [overflow-wrap:anywhere]">{trouble.message}</p>
      <p className="mt-0.5 [overflow-wrap:anywhere] text-ink-soft">{trouble.next}</p>
    </div>
  );
}
