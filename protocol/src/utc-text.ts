/** The last second that a `Date` holds, in the year 275760; uint64 and uint256 reach further. */
const LAST_SECOND = 8_640_000_000_000;

/** "2026-03-01T14:05:09.000Z", "2026-03-01 14:05:09 UTC", "2026-03-01 14:05 UTC". */
export type UtcForm = "iso" | "second" | "minute";
const TAIL = { second: ".000Z", minute: ":00.000Z" } as const;

/**
 * A time of Unix seconds in UTC, whatever a contract, an RPC server or a peer has told: one that no calendar has is told by its
 * number. Never throws.
 */
export function utcText(seconds: bigint | number, form: UtcForm): string {
  const at = Number(seconds);
  if (!(Math.abs(at) <= LAST_SECOND)) return `Unix second ${seconds}`;
  const iso = new Date(at * 1000).toISOString();
  return form === "iso" ? iso : `${iso.slice(0, -TAIL[form].length).replace("T", " ")} UTC`;
}
