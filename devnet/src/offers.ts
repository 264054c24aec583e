import type { Supervisor } from "./supervisor.ts";
import { until } from "./until.ts";

/** The part of GET /v1/models that is read here. */
interface Models {
  readonly data: readonly { readonly lloom: { readonly executors: number } }[];
}

interface Awaited {
  readonly supervisor: Supervisor;
  readonly gatewayUrl: string;
  /** How many executors live, now. */
  readonly executors: () => number;
  readonly signal: AbortSignal;
}

/** Waits until the gateway knows a model that all living executors offer: from then on it can choose by price. */
export function awaitOffers({ supervisor, gatewayUrl, executors, signal }: Awaited): Promise<true> {
  const wait = {
    what: "the offers of all executors",
    workers: () => supervisor.parts.filter(({ name }) => /^(executor|validator|gateway)/.test(name)),
    tell: (text: string) => supervisor.tell(text),
    signal,
  };
  return until(wait, async (signal) => {
    const response = await fetch(`${gatewayUrl}/v1/models`, { signal });
    const { data } = (await response.json()) as Models;
    return data.some((model) => model.lloom.executors >= Math.max(executors(), 1)) ? true : undefined;
  });
}
