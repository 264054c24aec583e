import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../canary/draw.ts";
import type { AuditableOffer } from "./canary-answer.ts";
import { Commonness, drawOffer } from "./draw-offer.ts";

const executorOf = (number: number): Address => `0x${number.toString(16).padStart(40, "0")}`;
const hashOf = (number: number): Hex => `0x${number.toString(16).padStart(64, "0")}`;
const CHEAT = executorOf(0xc);
const POPULAR = { model: "popular", weightsHash: hashOf(1) } as const;
const offer = (executor: Address, change: Partial<AuditableOffer> = {}): AuditableOffer => ({
  ...{ executor, ...POPULAR, price: { inbound: 1n, outbound: 1n }, isMeasured: false },
  ...change,
});
const DRAWS = 1_500;
/** Names that one executor may have in a registry. */
const MOST_NAMES = 256;

/** How often an executor's visits go to what it cheats in. */
function shareOf(all: readonly AuditableOffer[], isCheated: (offer: AuditableOffer) => boolean, seed: number): number {
  const [first, ...others] = all.filter(({ executor }) => executor === CHEAT);
  if (first === undefined) expect.unreachable("It sells something.");
  const [common, random] = [new Commonness(all), seededRandom(seed)];
  let hits = 0;
  for (let number = 0; number < DRAWS; number++)
    if (isCheated(drawOffer([first, ...others], common, random))) hits += 1;
  return hits / DRAWS;
}
const isPopular = ({ model, weightsHash }: AuditableOffer): boolean =>
  model === POPULAR.model && weightsHash === POPULAR.weightsHash;

describe("the offer of an executor that is audited", () => {
  it("is any of its weights as likely as another, whatever they are called", () => {
    const names = Array.from({ length: 9 }, (_, number) => offer(CHEAT, { model: `name ${number}` }));
    const all = [...names, offer(CHEAT, { model: "other", weightsHash: hashOf(2) })];
    const share = shareOf(all, ({ model }) => model === "other", 1);
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  });

  it("is rather one that can be measured, and each now and then", () => {
    const all = [offer(CHEAT, { isMeasured: true }), offer(CHEAT, { model: "other", weightsHash: hashOf(2) })];
    const share = shareOf(all, isPopular, 2);
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });

  it("is one that many sell in a fifth of all visits, however its seller spreads names over weights and helpers", () => {
    let [worst, seed] = [1, 100];
    // The same weights under other names, other weights under other names, other weights under the same one.
    for (const isMeasured of [true, false])
      for (const names of [1, 15, MOST_NAMES - 1])
        for (const spread of ["names", "weights", "both"] as const)
          for (const helpers of [0, 1, 3, 7]) {
            const honest = Array.from({ length: 12 }, (_, number) => offer(executorOf(100 + number), { isMeasured }));
            const decoys = Array.from(
              { length: names },
              (_, number): Partial<AuditableOffer> => ({
                ...(spread === "names" || number % 2 === 0 ? { model: `decoy ${number}` } : { model: POPULAR.model }),
                ...(spread === "names" ? { isMeasured } : { weightsHash: hashOf(1_000 + number) }),
                ...(spread === "both" && number % 4 === 0 && { weightsHash: POPULAR.weightsHash, isMeasured }),
              }),
            );
            const helped = Array.from({ length: helpers }, (_, number) => executorOf(200 + number));
            // Each sells a part of what the one before it does, so that there are decoys of every commonness that they can make.
            const spreading = [CHEAT, ...helped].flatMap((executor, helper) =>
              decoys.filter((_, number) => number % (helper + 1) === 0).map((one) => offer(executor, one)),
            );
            // It is the popular one that it cheats in, under the name that is asked for.
            const all = [...honest, offer(CHEAT, { isMeasured }), ...spreading];
            worst = Math.min(worst, shareOf(all, isPopular, seed++));
          }
    // Half and more of the visits by the weights, and of these by the name.
    expect(worst).toBeGreaterThan(0.2);
  });
});
