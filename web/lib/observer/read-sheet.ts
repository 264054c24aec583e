import type { HttpEndpoint } from "@lloom/protocol/http-endpoint";
import { type ReadSheet, readSheet, SHEET_LIMITS, type SheetKind } from "@lloom/protocol/observed/sheets";
import type { SheetToJudge } from "@lloom/protocol/observed/signed-sheet";
import { nowSeconds, steadyMs } from "../clock.ts";
import { boundedJson } from "./bounded-json.ts";

/*
 * What the observer says is a stranger's word: it counts only in its form, within limits, signed by whom it names for this deployment,
 * and of just now. Whoever asks within a moment gets the same answer; while there is none, nobody waits for it.
 */

/** Why there is nothing to show. */
export type Unseen = "none" | "silent" | "invalid" | "old";

/** What an observer said, or why that is not shown. */
export type Observation<Kind extends SheetKind> =
  | ({ readonly state: "seen" } & ReadSheet<Kind>)
  | { readonly state: Unseen };

const TIMEOUT_MS = 1_500;
/** How long an answer holds, and for how long nobody is asked again after a failure. */
const HELD_MS = 5_000;
const FAILED_MS = 10_000;
const MOST_HELD = 200;
/** An older sheet says nothing of now; clocks of two machines differ by less. */
const OLDEST_SECONDS = 120;

interface Held {
  readonly answer: Promise<Observation<SheetKind>>;
  untilMs: number;
}

const held = new Map<string, Held>();

export interface SheetAsked<Kind extends SheetKind> {
  readonly observer: HttpEndpoint;
  readonly kind: Kind;
  /** Path and query, such as `/v1/models`. */
  readonly path: string;
  readonly judge: Pick<SheetToJudge, "hasher" | "recover">;
}

/** A sheet of the observer, checked. */
export async function sheetOf<Kind extends SheetKind>(asked: SheetAsked<Kind>): Promise<Observation<Kind>> {
  const key = `${asked.observer.href} ${asked.judge.hasher.domainSeparator} ${asked.path}`;
  const known = held.get(key);
  const current = known !== undefined && known.untilMs > steadyMs() ? known : hold(key, fetchSheet(asked));
  const answer = (await current.answer) as Observation<Kind>;
  return answer.state === "seen" && !isOfNow(answer.observedAt) ? { state: "old" } : answer;
}

function hold(key: string, answer: Promise<Observation<SheetKind>>): Held {
  const entry: Held = { answer, untilMs: steadyMs() + FAILED_MS };
  void answer.then(({ state }) => {
    entry.untilMs = steadyMs() + (state === "seen" ? HELD_MS : FAILED_MS);
  });
  held.delete(key);
  held.set(key, entry);
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
  return entry;
}

const isOfNow = (observedAt: number): boolean => Math.abs(nowSeconds() - observedAt) <= OLDEST_SECONDS;

/** Every way to fail comes back as a state; what happened stands in the server's log, without the address, which may hold a key. */
async function fetchSheet<Kind extends SheetKind>({
  observer,
  kind,
  path,
  judge,
}: SheetAsked<Kind>): Promise<Observation<Kind>> {
  try {
    const { href, authorization } = observer;
    const response = await fetch(`${href.replace(/\/$/, "")}${path}`, {
      headers: authorization === undefined ? {} : { authorization },
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return unseen("silent", `HTTP status ${response.status}`, observer);
    const sheet = readSheet(kind, await boundedJson(response, SHEET_LIMITS.bytes), judge);
    return sheet === undefined
      ? unseen("invalid", `${path.split("?")[0]} is not in its form, or not signed`, observer)
      : { state: "seen", ...sheet };
  } catch (thrown) {
    return unseen("silent", thrown instanceof Error ? thrown.name : "unknown", observer);
  }
}

function unseen(state: Unseen, reason: string, { origin }: HttpEndpoint): { readonly state: Unseen } {
  process.stderr.write(`OBSERVER_${state.toUpperCase()}: ${origin}: ${reason}\n`);
  return { state };
}
