import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { OwnOutcome } from "../../store/client/own-fate.ts";
import type { Duty } from "../../store/duty-log.ts";
import type { Outcome } from "./executor-health.ts";
import { consequenceOf } from "./failover.ts";

/**
 * What a request of the log says of its executor, so that a client that starts again does not try every liar again. One
 * that never ended is a failure: it was saved before it was sent, and whoever ends a request with any word leaves one.
 * Where the two saw price, offer, lane or channel differently, it may have been this client's old view, as after a change of
 * prices: as at the time, that counts only when the request before, of the same executor, ended so, too.
 */
export function rememberedOutcome(
  { status, failure }: Pick<OwnOutcome, "status" | "failure">,
  before: Pick<OwnOutcome, "failure"> | undefined,
): Outcome | undefined {
  if (status === "answered") return { type: "answered" };
  if (status === "sent") return { type: "failed" };
  const { next, outcome, blamesQuestion } = refusalOf(failure);
  if (outcome === undefined) return undefined;
  if (next === "again" && refusalOf(before?.failure).next !== "again") return undefined;
  return { type: blamesQuestion === true ? "blamed" : outcome };
}

/** Ends of a dispute about an answer that say that it was taken money for and not given. */
const GUILTY: ReadonlySet<string> = new Set(["defaulted", "conceded"]);

/**
 * What a duty of this client says of the executor that it is about: two signatures over one request convict, whoever reports
 * them; an answer that never came once the chain has said so.
 */
export const convictionOf = ({ kind, state }: Pick<Duty, "kind" | "state">): Outcome | undefined =>
  kind === "report" || (kind === "dispute" && GUILTY.has(state)) ? { type: "convicted" } : undefined;

/** A cancelled request is refused because of its client. */
const refusalOf = (failure: ErrorCode | undefined): Partial<ReturnType<typeof consequenceOf>> =>
  failure === undefined || failure === "CANCELLED" ? {} : consequenceOf(failure, "executor");
