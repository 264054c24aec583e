import type { Random } from "./draw.ts";
import type { Canary } from "./draw-canary.ts";
import type { DrawnVisit, VisitSource } from "./visit-source.ts";
import { drawGap } from "./visit-times.ts";

/** One request of somebody. */
export interface RecordedRequest extends Omit<Canary, "maxOutboundTokens"> {
  /** `undefined`: the usual limit of whoever passes it on. */
  readonly maxOutboundTokens: number | undefined;
  /** Who asked, by whatever name; of who is not named every request is a visit of its own. */
  readonly client?: string;
  /** Seconds, since whenever; where nobody noted them, pauses are drawn. */
  readonly atSeconds?: number;
}

export interface Recorded {
  readonly requests: readonly RecordedRequest[];
  /** Of a request without a limit, unless half of the context is less. */
  readonly usualMaxTokens: number;
  readonly onUsedUp: () => void;
}

/** Who pauses longer has left and come back. */
const LEFT_SECONDS = 1_800;
/** Questions of one visit that are asked; of a longer one, those that it begins with. */
export const MOST_QUESTIONS = 24;
/** What a template adds, and the fewest bytes of a token that are counted on. */
const [TEMPLATE_TOKENS, BYTES_PER_TOKEN] = [64, 3];

/**
 * Visits as they were recorded, in a drawn order, each once before any comes again: the same question from two keys is a mark, so that
 * `onUsedUp` is told when they begin anew.
 */
export function recordedVisits({ requests, usualMaxTokens, onUsedUp }: Recorded): VisitSource {
  const visits = visitsOf(requests);
  const alone = requests.filter(isAlone).flatMap(({ messages }) => messages.map(({ content }) => content));
  const used = new Set<Visit>();
  return {
    visit: (maxContext, random) => {
      const limit = Math.min(usualMaxTokens, maxContext === undefined ? usualMaxTokens : Number(maxContext) / 2);
      const fitting = visits.filter((visit) => visit.every((one) => tokensOf(one, limit) <= (maxContext ?? Infinity)));
      let fresh = fitting.filter((visit) => !used.has(visit));
      if (fresh.length === 0 && fitting.length > 0) {
        onUsedUp();
        for (const visit of fitting) used.delete(visit);
        fresh = fitting;
      }
      const chosen = fresh[Math.floor(random() * fresh.length)];
      if (chosen === undefined) return undefined;
      used.add(chosen);
      return drawnOf(chosen, { limit, random });
    },
    question: (random) => alone[Math.floor(random() * alone.length)],
  };
}

type Visit = readonly RecordedRequest[];

/** Rows of requests of one client without a long pause, each in the order of its times. */
export function visitsOf(requests: readonly RecordedRequest[]): Visit[] {
  const byClient = Map.groupBy(requests, ({ client }, index) => client ?? index);
  return [...byClient.values()].flatMap((own) => {
    const rows: RecordedRequest[][] = [];
    for (const one of own.toSorted((a, b) => (a.atSeconds ?? 0) - (b.atSeconds ?? 0))) {
      const before = rows.at(-1)?.at(-1);
      const hasLeft = before === undefined || (pauseBetween(before, one) ?? 0) > LEFT_SECONDS;
      if (hasLeft) rows.push([one]);
      else rows.at(-1)?.push(one);
    }
    return rows.map((row) => row.slice(0, MOST_QUESTIONS));
  });
}

/** `undefined` where the times were not noted. */
const pauseBetween = (one: RecordedRequest, next: RecordedRequest): number | undefined =>
  one.atSeconds === undefined || next.atSeconds === undefined ? undefined : next.atSeconds - one.atSeconds;

function drawnOf(visit: Visit, { limit, random }: { readonly limit: number; readonly random: Random }): DrawnVisit {
  return {
    canaries: visit.map(({ messages, sampling, whole, maxOutboundTokens = Math.floor(limit) }) => ({
      ...{ messages, sampling, whole, maxOutboundTokens },
    })),
    gaps: () => visit.slice(1).map((next, index) => pauseBetween(visit[index] ?? next, next) ?? drawGap(random)),
  };
}

/** Nothing stands before the question. */
const isAlone = ({ messages }: RecordedRequest): boolean => messages.length === 1 && messages[0]?.role === "user";

/** About as many tokens as a question and its answer may have, rather more. */
function tokensOf({ messages, maxOutboundTokens }: RecordedRequest, limit: number): number {
  const bytes = messages.reduce((sum, { content }) => sum + new TextEncoder().encode(content).length, 0);
  return TEMPLATE_TOKENS + Math.ceil(bytes / BYTES_PER_TOKEN) + (maxOutboundTokens ?? limit);
}
