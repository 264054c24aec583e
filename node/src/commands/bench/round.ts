import { asLloomError, type LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";

/** One answer, as it was measured. */
export interface MeasuredCall {
  /** From asking to the first text; to the end where there was no text. */
  readonly firstMs: number;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  /** Base units, where it was paid. */
  readonly cost?: bigint;
}

/** Asks once, for so many tokens at most. */
export type Asker = (prompt: string, maxTokens: number, signal: AbortSignal) => Promise<MeasuredCall>;

/** What is asked, and how much of it at once. */
export interface Round {
  readonly parallel: number;
  readonly calls: number;
  readonly prompt: (index: number) => string;
  readonly maxTokens: number;
}

/** A round's figures. */
export interface RoundResult {
  readonly parallel: number;
  readonly answered: number;
  readonly failed: number;
  /** Why the first one failed. */
  readonly failure: LloomError | undefined;
  /** Of the time to the first text: half was there by then, and nine of ten. */
  readonly firstMedianMs: number;
  readonly firstNinthMs: number;
  /** Of all together, by the whole time. */
  readonly inboundPerSecond: number;
  readonly outboundPerSecond: number;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  readonly cost: bigint;
}

/** Asks as often as the round says, never more at once. Throws only when the signal aborts. */
export async function runRound(ask: Asker, round: Round, signal: AbortSignal): Promise<RoundResult> {
  const { parallel, calls, prompt, maxTokens } = round;
  const measured: MeasuredCall[] = [];
  const failures: LloomError[] = [];
  let next = 0;
  const startedMs = steadyClock();
  const worker = async (): Promise<void> => {
    while (next < calls && !signal.aborted) {
      const index = next++;
      try {
        measured.push(await ask(prompt(index), maxTokens, signal));
      } catch (thrown) {
        failures.push(asLloomError(thrown));
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, calls) }, worker));
  const [failure] = failures;
  if (signal.aborted && failure !== undefined) throw failure;
  return { ...figuresOf(measured, steadyClock() - startedMs), parallel, failed: failures.length, failure };
}

/** Of calls that took so long together. */
export function figuresOf(
  measured: readonly MeasuredCall[],
  tookMs: number,
): Omit<RoundResult, "parallel" | "failed" | "failure"> {
  const firsts = measured.map(({ firstMs }) => firstMs).sort((a, b) => a - b);
  const at = (share: number): number => firsts[Math.max(0, Math.ceil(firsts.length * share) - 1)] ?? 0;
  const sum = (of: "inboundTokens" | "outboundTokens"): number => measured.reduce((all, call) => all + call[of], 0);
  const perSecond = (tokens: number): number => (tookMs > 0 ? (tokens * 1000) / tookMs : 0);
  const [inboundTokens, outboundTokens] = [sum("inboundTokens"), sum("outboundTokens")];
  return {
    answered: measured.length,
    ...{ firstMedianMs: at(0.5), firstNinthMs: at(0.9), inboundTokens, outboundTokens },
    ...{ inboundPerSecond: perSecond(inboundTokens), outboundPerSecond: perSecond(outboundTokens) },
    cost: measured.reduce((all, { cost = 0n }) => all + cost, 0n),
  };
}
