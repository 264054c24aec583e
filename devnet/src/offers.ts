import { until } from "./until.ts";

const OFFERED_MS = 30_000;

/** The part of GET /v1/models that is read here. */
interface Models {
  readonly data: readonly { readonly lloom: { readonly executors: number } }[];
}

/** Waits until the gateway knows a model that so many executors offer: from then on it can choose by price. */
export function awaitOffers(gatewayUrl: string, executors: number, signal: AbortSignal): Promise<true> {
  return until({ what: "the offers of all executors", deadlineMs: OFFERED_MS, signal }, async (signal) => {
    const response = await fetch(`${gatewayUrl}/v1/models`, { signal });
    const { data } = (await response.json()) as Models;
    return data.some((model) => model.lloom.executors >= executors) ? true : undefined;
  });
}
