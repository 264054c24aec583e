/** Who plays which part under attack; every key depends on the seed alone. */
import type { Identity } from "../../../node/src/wallet/identity.ts";
import { testIdentity } from "../exchange.ts";
import type { Lie } from "./liar.ts";

export const liarOf = (seed: number, lie: Lie): Identity => testIdentity(`attack ${seed}: who ${lie}`);

/** A key without a coin that floods offers. */
export const floodKey = (seed: number, index: number): Identity => testIdentity(`attack ${seed}: flood ${index}`);

export const honestOf = (seed: number, name: string): Identity => testIdentity(`attack ${seed}: honest ${name}`);
