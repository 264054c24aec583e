import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";

/** What every process of the benchmark's network is told first. */
export interface Joining {
  readonly rpcUrl: string;
  readonly accounting: Address;
  /** An empty folder of its own. */
  readonly dir: string;
  /** Addresses to join through; none for the first. */
  readonly bootstrap: readonly string[];
}

/** How the backend of one executor behaves. */
export type Conduct = "answers" | "refuses" | "silent";

/** What a process is told. */
export type Order =
  | ({ readonly kind: "anchor"; readonly secrets: readonly Hex[]; readonly told: readonly SignedOffer[] } & Joining)
  | ({ readonly kind: "executors"; readonly sold: readonly Sold[] } & Joining)
  | { readonly kind: "reprice"; readonly executor: Address; readonly price: bigint }
  | { readonly kind: "conduct"; readonly executor: Address; readonly conduct: Conduct };

/** An executor's key and its price, base units per 1 000 000 tokens in and out. */
export interface Sold {
  readonly secret: Hex;
  readonly price: bigint;
}

/** What it answers: when it was done, Unix milliseconds, and of those that join where they are. */
export interface Done {
  readonly atMs: number;
  readonly multiaddrs: readonly (readonly string[])[];
  readonly problem?: string;
}

/** The one model that is sold. */
export const MODEL = "discovery";
