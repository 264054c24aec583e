import { type Hex, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { embeddingSampling } from "@lloom/protocol/form/embedding";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { hashProfile, profileText } from "@lloom/protocol/profile";
import { describe, expect, it } from "vitest";
import { createExchange, testPrompt } from "../../../../test/support/exchange.ts";
import { LloomError } from "../../errors.ts";
import type { ShownAnswer, ShownCase } from "./judge.ts";
import { type JudgeCountsParts, judgeCounts } from "./judge-counts.ts";

const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const WEIGHTS = hash("aa");
/** What the weights make, and another vocabulary. */
const [MADE, OTHER] = [hash("bb"), hash("cc")] as const;
const VERSION = "b1";
const { ask, answer } = createExchange();
const HOLDER = { peerId: "holder", multiaddrs: [] };

/** A profile that names a vocabulary, and its hash. */
function promising(vocabulary: Hex | undefined): Pick<OpenedPrompt, "profile" | "profileHash"> & { profile: string } {
  const named = vocabulary === undefined ? {} : { vocabulary };
  const profile = profileText({ backend: "llama.cpp", version: VERSION, maxContext: 64, evidence: "text", ...named });
  return { profile, profileHash: hashProfile(profile) };
}

/** An answer that was charged for 40 tokens, of which the challenger claims 20. */
function shown(prompt: Partial<OpenedPrompt>): ShownCase {
  const asked = ask(EMPTY_LANE);
  const signed = { ...asked, ...answer(EMPTY_LANE, asked, { outbound: 40n }) };
  const { inboundTokens } = signed.response;
  const disputed = { inboundTokens, outboundTokens: 20n } as ShownAnswer["disputed"];
  const evidence = {
    ...{ receipt: signed, responseHash: ZERO_HASH, lacks: new Map() },
    prompt: { ...testPrompt(), weightsHash: WEIGHTS, ...prompt },
    text: { contentSalt: ZERO_HASH, bytes: new TextEncoder().encode("Hi") },
  };
  return {
    ...{ id: ZERO_HASH, kind: "TokenInflation" },
    answers: [{ disputed, evidence, holders: [HOLDER], mayComeYet: false }],
  };
}

/** A juror that counts so many tokens by each file, with what it was asked for. */
function juror(counts: Record<string, number>, parts: Partial<JudgeCountsParts> = {}) {
  const asked: unknown[] = [];
  const kinds: unknown[] = [];
  const judge = (prompt: Partial<OpenedPrompt>) =>
    judgeCounts(
      {
        weightsOf: (wanted) => (wanted === WEIGHTS ? { path: "weights", vocabulary: MADE } : undefined),
        profileOf: () => undefined,
        fetchVocabulary: async (wanted, holders) => {
          asked.push(wanted, ...holders);
          return "named";
        },
        count: async ({ vocabulary, sampling }) => {
          kinds.push(sampling?.embedding);
          const outboundTokens = counts[vocabulary] ?? expect.fail(`It counts by ${vocabulary}.`);
          return { inboundTokens: 0, outboundTokens, version: VERSION };
        },
        ...parts,
      },
      shown(prompt),
    ).then(({ choice }) => choice);
  return { judge, asked, kinds };
}
const without = { weightsOf: () => undefined };
const NO_WEIGHTS = { code: "MODEL_NOT_FOUND" };

describe("a juror with the weights", () => {
  it("is told whether vectors are counted", async () => {
    const { judge, kinds } = juror({ weights: 40 });
    await judge({});
    await judge({ sampling: embeddingSampling() });
    expect(kinds).toEqual([undefined, {}]);
  });

  it("counts by them, whoever else has vocabularies", async () => {
    const { judge, asked } = juror({ weights: 40 });
    expect(await judge(promising(MADE))).toBe("Match");
    expect(await judge(promising(undefined))).toBe("Match");
    expect(await juror({ weights: 20 }).judge(promising(MADE))).toBe("Mismatch");
    expect(asked).toEqual([]);
  });

  it("finds out who names another vocabulary, without counting", async () => {
    expect(await juror({}).judge(promising(OTHER))).toBe("Mismatch");
  });

  it("clears nobody whose promise it does not know, and takes it from wherever it is known", async () => {
    const { profileHash, profile } = promising(OTHER);
    expect(await juror({ weights: 40 }).judge({ profileHash })).toBe("Insufficient");
    expect(await juror({ weights: 20 }).judge({ profileHash })).toBe("Mismatch");
    const profileOf = (wanted: Hex) => (wanted === profileHash ? profile : undefined);
    expect(await juror({}, { profileOf }).judge({ profileHash })).toBe("Mismatch");
  });
});

describe("a juror without the weights", () => {
  it("convicts by the vocabulary that the executor signed, from whoever has it", async () => {
    const { judge, asked } = juror({ named: 20 }, without);
    expect(await judge(promising(OTHER))).toBe("Mismatch");
    expect(asked).toEqual([OTHER, HOLDER]);
  });

  it("clears nobody by it: the weights could tell more", async () => {
    await expect(juror({ named: 40 }, without).judge(promising(OTHER))).rejects.toMatchObject(NO_WEIGHTS);
  });

  it("can tell nothing where none is named, and waits where nobody gives it", async () => {
    await expect(juror({}, without).judge(promising(undefined))).rejects.toMatchObject(NO_WEIGHTS);
    const fetchVocabulary = () => Promise.reject(new LloomError("EXECUTOR_UNREACHABLE", "Nobody gives it."));
    const alone = juror({}, { ...without, fetchVocabulary });
    await expect(alone.judge(promising(OTHER))).rejects.toMatchObject({ code: "EXECUTOR_UNREACHABLE" });
  });
});
