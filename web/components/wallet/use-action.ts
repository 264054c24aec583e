"use client";

import { addressOf } from "@lloom/protocol/identifiers";
import { useCallback, useEffect, useRef, useState } from "react";
import { nowSeconds } from "../../lib/clock.ts";
import type { ActionName } from "../../lib/wallet/actions.ts";
import { canBatch } from "../../lib/wallet/batch.ts";
import { carryOut, type Step } from "../../lib/wallet/carry-out.ts";
import { type Change, changesBetween } from "../../lib/wallet/changes.ts";
import type { Judges, WalletDeployment } from "../../lib/wallet/deployment.ts";
import { type AccountFacts, findJudges, readFacts } from "../../lib/wallet/facts.ts";
import { findPermitTerms } from "../../lib/wallet/permit.ts";
import type { FieldName, FieldProblems } from "../../lib/wallet/plan.ts";
import { planAction } from "../../lib/wallet/planning.ts";
import type { DisputedSettlement } from "../../lib/wallet/plans/disputes.ts";
import { routeOf } from "../../lib/wallet/route.ts";
import { problemOf, simulate } from "../../lib/wallet/send.ts";
import type { Session } from "../../lib/wallet/session.ts";
import type { WalletProblem } from "../../lib/wallet/wallet-problem.ts";
import type { Reviewed } from "./plan-review.tsx";

/** Where an action stands. */
export type Phase =
  | { readonly name: "form"; readonly problems: FieldProblems; readonly failure?: WalletProblem }
  | { readonly name: "trying" }
  | {
      readonly name: "review";
      readonly reviewed: Reviewed;
      readonly failure?: WalletProblem;
      readonly steps: readonly Step[];
    }
  | { readonly name: "running"; readonly steps: readonly Step[] }
  | { readonly name: "done"; readonly steps: readonly Step[]; readonly changes: readonly Change[] };

export type Typed = Readonly<Partial<Record<FieldName, string>>>;

interface ActionOf {
  readonly action: ActionName | undefined;
  readonly session: Session;
  readonly deployment: WalletDeployment;
  /** Executors of the account's channels, by the index. */
  readonly executors: readonly `0x${string}`[];
  readonly settlement: DisputedSettlement | undefined;
}

const START: Phase = { name: "form", problems: {} };

/** A step that goes on takes the place of its earlier state. */
const withStep = (steps: readonly Step[], step: Step): readonly Step[] =>
  steps.at(-1)?.what === step.what ? [...steps.slice(0, -1), step] : [...steps, step];

/** Reads what an account has, plans an action, tries it out, and carries it out to its end. */
export function useAction({ action, session, deployment, executors, settlement }: ActionOf) {
  const { address, wallet, chainId } = session;
  const { provider } = wallet;
  const [facts, setFacts] = useState<AccountFacts>();
  const [phase, setPhase] = useState<Phase>(START);
  const judges = useRef<Judges>(undefined);
  const running = useRef<AbortController>(undefined);
  const before = useRef<AccountFacts>(undefined);

  const read = useCallback(
    async (typed: Typed): Promise<AccountFacts> => {
      judges.current ??= await findJudges(provider, deployment);
      const named = addressOf((typed.executor ?? "").trim());
      const all = [...new Set([...executors, ...(named === undefined ? [] : [named])])];
      const found = await readFacts(provider, { address, deployment, judges: judges.current, executors: all });
      setFacts(found);
      return found;
    },
    [provider, deployment, executors, address],
  );
  const fail = useCallback(
    (thrown: unknown) => setPhase({ name: "form", problems: {}, failure: problemOf(thrown, deployment.token) }),
    [deployment.token],
  );
  // Another account or chain, or another action: what was planned was for the one before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address and the action start it anew.
  useEffect(() => {
    running.current?.abort(new DOMException("left", "AbortError"));
    setPhase(START);
  }, [address, chainId, action]);
  useEffect(() => {
    // Whatever goes on meanwhile is not cut off by a reading that failed.
    read({}).catch((thrown: unknown) => {
      const failure = problemOf(thrown, deployment.token);
      setPhase((now) => (now.name === "form" ? { ...now, failure } : now));
    });
  }, [read, deployment.token]);

  const review = async (typed: Typed): Promise<void> => {
    if (action === undefined) return;
    setPhase({ name: "trying" });
    try {
      const now = await read(typed);
      before.current = now;
      const situation = {
        typed,
        facts: now,
        deployment,
        judges: judges.current ?? { delivery: undefined, deposits: undefined },
      };
      const planned = await planAction(action, situation, provider, settlement);
      if ("problems" in planned) return setPhase({ name: "form", problems: planned.problems });
      const { plan } = planned;
      const means = {
        canBatch: await canBatch(provider, address, deployment.chainId),
        permitTerms: plan.taking?.withPermit && (await findPermitTerms(provider, deployment, address)),
      };
      const route = routeOf(plan, means, deployment);
      setPhase({ name: "review", steps: [], reviewed: { plan, route, ...(await tryOut(route.calls[0], route.kind)) } });
    } catch (thrown) {
      fail(thrown);
    }
  };

  const tryOut = async (first: Parameters<typeof simulate>[2] | undefined, kind: string) => {
    if (first === undefined || kind === "permit") return { fee: undefined, refusal: undefined };
    try {
      return { fee: await simulate(provider, address, first), refusal: undefined };
    } catch (thrown) {
      return { fee: undefined, refusal: problemOf(thrown, deployment.token) };
    }
  };

  const confirm = async (reviewed: Reviewed, typed: Typed): Promise<void> => {
    const leaving = new AbortController();
    running.current = leaving;
    let steps: readonly Step[] = [];
    const onStep = (step: Step): void => {
      steps = withStep(steps, step);
      if (!leaving.signal.aborted) setPhase({ name: "running", steps });
    };
    try {
      const own = BigInt(nowSeconds());
      const chain = before.current?.seconds ?? 0n;
      await carryOut({
        ...{ session, deployment, route: reviewed.route, onStep, signal: leaving.signal },
        nowSeconds: own > chain ? own : chain,
      });
      const after = await read(typed);
      const changes = before.current === undefined ? [] : changesBetween(before.current, after, deployment.token);
      if (!leaving.signal.aborted) setPhase({ name: "done", steps, changes });
    } catch (thrown) {
      if (leaving.signal.aborted) return;
      // What is mined stays; what waits for the wallet does not any more.
      const mined = steps.filter(({ state }) => state === "mined" || state === "sent");
      setPhase({ name: "review", reviewed, steps: mined, failure: problemOf(thrown, deployment.token) });
      void read(typed).catch(() => {});
    }
  };

  return { facts, phase, review, confirm, again: () => setPhase(START) };
}
