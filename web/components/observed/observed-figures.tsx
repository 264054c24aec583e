import type { Health } from "@lloom/protocol/observed/sheets";
import { firstResponse, formatMs, formatShare, latencyThreshold, uptimeThreshold } from "../../lib/observer/words.ts";
import { Amount } from "../figures/amount.tsx";
import { ThresholdWord } from "../figures/threshold-word.tsx";

/** What is not known is said, never shown as zero. */
export const NotSeen = () => <span className="text-ink-faint">not seen</span>;

interface PriceNowProps {
  readonly terms: { readonly inboundPrice: bigint; readonly outboundPrice: bigint };
}

/** Prices of a million prompt tokens and of a million answer tokens. */
export function PriceNow({ terms: { inboundPrice, outboundPrice } }: PriceNowProps) {
  return (
    <span className="whitespace-nowrap">
      <Amount units={inboundPrice} />
      <span className="text-ink-faint"> / </span>
      <Amount units={outboundPrice} />
    </span>
  );
}

/** How long it takes until an executor has answered a call, with a word. */
export function FirstResponse({ health }: { readonly health: Health | null }) {
  const ms = firstResponse(health);
  if (ms === undefined) return <NotSeen />;
  return (
    <>
      <span className="whitespace-nowrap tabular-nums">{formatMs(ms)}</span>
      <ThresholdWord threshold={latencyThreshold(ms)} />
    </>
  );
}

function Uptime({ share, calls }: { readonly share: number | null; readonly calls: number }) {
  if (share === null) return <NotSeen />;
  return (
    <>
      <span className="whitespace-nowrap tabular-nums">{formatShare(share)}</span>
      <ThresholdWord threshold={uptimeThreshold(share, calls)} />
    </>
  );
}

/** Share of a day's calls that were answered, with a word. */
export const DayUptime = ({ health }: { readonly health: Health | null }) => (
  <Uptime share={health?.dayUptime ?? null} calls={health?.dayCalls ?? 0} />
);

/** The same of a week. */
export const WeekUptime = ({ health }: { readonly health: Health | null }) => (
  <Uptime share={health?.weekUptime ?? null} calls={health?.weekCalls ?? 0} />
);

/** Whether it answered the last call. */
export function AnswersNow({ health }: { readonly health: Health | null }) {
  if (health === null) return <NotSeen />;
  return health.isUp ? (
    <span className="text-verdigris">answers</span>
  ) : (
    <span className="text-madder">does not answer</span>
  );
}
