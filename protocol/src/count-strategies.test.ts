/**
 * Every way to name a vocabulary and a version, to count, to complain and to judge, of a small world: three versions of a tokenizer that
 * differ by as much as versions may, the vocabulary of the weights, and others that count less, as much, or more.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Hex } from "./commitment-types.ts";
import { certainClaim, countFinding } from "./count-finding.ts";
import { type CountingBy, countingBy } from "./counting-by.ts";
import { hashProfile, profileText } from "./profile.ts";
import { countsProblem, toleranceOf } from "./token-counts.ts";
import type { VoteChoice } from "./votes.ts";

const VERSIONS = [0, 1, 2] as const;
type Version = (typeof VERSIONS)[number];
/** What each version counts by one vocabulary. */
type Counts = readonly [number, number, number];

const RIGHT: Hex = `0x${"aa".repeat(32)}`;
const WRONG: Hex = `0x${"bb".repeat(32)}`;
const LIMIT = 1_000n;

/** What one executor signs. */
interface Strategy {
  readonly named: "right" | "wrong" | "none";
  readonly version: Version;
  readonly stated: number;
  /** By the vocabulary of the weights, and by the other one. */
  readonly right: Counts;
  readonly wrong: Counts;
}

interface Juror {
  readonly hasWeights: boolean;
  /** Has been shown the profile. */
  readonly hasProfile: boolean;
  readonly version: Version;
}
const JURORS: readonly Juror[] = [true, false].flatMap((hasWeights) =>
  [true, false].flatMap((hasProfile) => VERSIONS.map((version) => ({ hasWeights, hasProfile, version }))),
);

const profileOf = ({ named }: Pick<Strategy, "named">): string =>
  profileText({
    ...{ backend: "llama.cpp", maxContext: 4096, evidence: "text" },
    ...(named === "none" ? {} : { vocabulary: named === "right" ? RIGHT : WRONG }),
  });
const ways = new Map<string, CountingBy>();
for (const named of ["right", "wrong", "none"] as const)
  for (const hasWeights of [true, false])
    for (const hasProfile of [true, false]) {
      const profile = profileOf({ named });
      const known = { made: hasWeights ? RIGHT : undefined, profileHash: hashProfile(profile) };
      const way = countingBy({ ...known, profile: hasProfile ? profile : undefined });
      ways.set(`${named} ${hasWeights} ${hasProfile}`, way);
    }

const tokens = (outboundTokens: number) => ({ inboundTokens: 5, outboundTokens });
const signed = (stated: number) => ({
  request: { maxInboundTokens: LIMIT, maxOutboundTokens: LIMIT },
  response: { inboundTokens: 5n, outboundTokens: BigInt(stated) },
});

/** What a juror says of a claim; `undefined` where it can count by nothing. */
function judged(
  { named, version, stated, right, wrong }: Strategy,
  claim: number,
  juror: Juror,
): VoteChoice | undefined {
  const way = ways.get(`${named} ${juror.hasWeights} ${juror.hasProfile}`);
  if (way === undefined || way.by === "nothing") return undefined;
  const claimed = { ...signed(stated), claimed: tokens(claim) };
  if (way.by === "misnamed") return countFinding([{ ...claimed, counts: "misnamed" }]);
  const by = way.by === "weights" || way.vocabulary === RIGHT ? right : wrong;
  // The version stands in the profile, too.
  const isSameVersion = juror.hasProfile && juror.version === version;
  const canClear = way.by === "weights" && way.canClear;
  return countFinding([{ ...claimed, counts: tokens(by[juror.version]), isSameVersion, canClear }]);
}

/** What a client of ours claims by itself; `undefined` if it does not complain. */
function ownClaim({ named, version, stated, right, wrong }: Strategy, own: Version): number | undefined {
  if (named === "none") return undefined;
  const counts = tokens((named === "right" ? right : wrong)[own]);
  const known = { ...signed(stated), counts };
  if (countsProblem({ ...known, isSameVersion: own === version }) === undefined) return undefined;
  return certainClaim(known)?.outboundTokens;
}

/** Two versions differ by as much as the smaller count leaves. */
const mayDiffer = (a: number, b: number): boolean => Math.abs(a - b) <= Number(toleranceOf(BigInt(Math.min(a, b))));

/** All triples of versions around a count, at the ends of what they may differ by. */
function around(count: number): Counts[] {
  const most = Number(toleranceOf(BigInt(count)));
  const near = [...new Set([count - most, count, count + most])].filter((other) => other >= 0);
  return near
    .flatMap((second) => near.map((third): Counts => [count, second, third]))
    .filter(([a, b, c]) => mayDiffer(a, b) && mayDiffer(b, c) && mayDiffer(a, c));
}

/** Numbers at which something may change. */
function critical(counts: readonly number[]): number[] {
  const near = counts.flatMap((count) => {
    const most = Number(toleranceOf(BigInt(count)));
    return [-2, -1, 0, 1, 2].flatMap((times) => [-1, 0, 1].map((by) => count + times * most + by));
  });
  return [...new Set([0, ...near])].filter((count) => count >= 0);
}

/** What a vocabulary may count that is named beside one that counts so much. */
const others = (count: number): Counts[] => [count, Math.floor(count / 2), 2 * count].flatMap(around);

function strategies(): Strategy[] {
  const all: Strategy[] = [];
  for (const count of [2, 40])
    for (const right of around(count))
      for (const named of ["right", "wrong", "none"] as const)
        for (const wrong of named === "wrong" ? others(count) : [right])
          for (const version of VERSIONS)
            for (const stated of critical([...right, ...wrong])) all.push({ named, version, stated, right, wrong });
  return all;
}

/** The true counts of the weights, by the version that it names. */
const isHonest = ({ named, version, stated, right }: Strategy): boolean =>
  named !== "wrong" && stated === right[version];

let all: readonly Strategy[];
beforeAll(() => {
  all = strategies();
});
/** Those of which something is not as it should be. */
const found = (isWrong: (strategy: Strategy) => boolean): Strategy | undefined => all.find(isWrong);
const claimsOf = ({ stated, right, wrong }: Strategy): number[] =>
  critical([...right, ...wrong, stated]).filter((claim) => claim < stated);

describe("whatever is named, counted, claimed and known", () => {
  it("an honest executor is found guilty by no juror", () => {
    expect(all.filter(isHonest).length).toBeGreaterThan(50);
    expect(
      found(
        (one) =>
          isHonest(one) &&
          claimsOf(one).some((claim) => JURORS.some((juror) => judged(one, claim, juror) === "Mismatch")),
      ),
    ).toBeUndefined();
  });

  it("no two jurors find the opposite, so that nobody honest is fined", () => {
    expect(
      found((one) =>
        claimsOf(one).some((claim) => {
          const votes = new Set(JURORS.map((juror) => judged(one, claim, juror)));
          return votes.has("Match") && votes.has("Mismatch");
        }),
      ),
    ).toBeUndefined();
  });

  it("a client that complains by itself is right for every juror who can count, and wrong for none", () => {
    let complaints = 0;
    const isLost = (one: Strategy): boolean =>
      VERSIONS.some((own) => {
        const claim = ownClaim(one, own);
        if (claim === undefined) return false;
        complaints += 1;
        return JURORS.some((juror) => {
          const vote = judged(one, claim, juror);
          return vote === "Match" || (juror.hasProfile && vote !== "Mismatch");
        });
      });
    expect(found(isLost)).toBeUndefined();
    expect(complaints).toBeGreaterThan(1_000);
  });

  it("who names a vocabulary that its weights do not make is cleared by nobody, and found out by all who have them", () => {
    expect(
      found(
        (one) =>
          one.named === "wrong" &&
          claimsOf(one).some((claim) =>
            JURORS.some((juror) => {
              const vote = judged(one, claim, juror);
              return vote === "Match" || (juror.hasWeights && juror.hasProfile && vote !== "Mismatch");
            }),
          ),
      ),
    ).toBeUndefined();
  });

  it("who has neither weights nor profile finds nothing", () => {
    const blind = JURORS.filter(({ hasWeights, hasProfile }) => !hasWeights && !hasProfile);
    expect(found((one) => blind.some((juror) => judged(one, 0, juror) !== undefined))).toBeUndefined();
  });
});
