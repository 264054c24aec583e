import type { Address } from "@lloom/protocol/commitment-types";

/** Which offers a call asks for: those of one model, of one executor; else all. */
export interface OffersWanted {
  readonly model?: string | undefined;
  readonly executor?: Address | undefined;
}
