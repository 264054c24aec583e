import type { Metrics } from "../../observe/metrics.ts";
import type { Reason } from "../../observe/readiness.ts";
import type { Validator } from "../../validator/validator.ts";
import { type Observed, observeNode } from "./observe-node.ts";

interface ObservedValidator extends Observed {
  readonly validator: Pick<Validator, "offerCount">;
}

/** Lets the metrics read how a validator stands; returns what may keep it from its work. A first one has no peers. */
export function observeValidator(metrics: Metrics, observed: ObservedValidator): Reason[] {
  metrics.read("lloom_offers", () => observed.validator.offerCount());
  return observeNode(metrics, observed, ["accuse", "judge", "tend"]);
}
