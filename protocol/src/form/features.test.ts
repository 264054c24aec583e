import { describe, expect, it } from "vitest";
import type { ChatMessage, Sampling } from "../messages.ts";
import { CHAT_FEATURES, featureLacking, featuresNeeded } from "./features.ts";

const PLAIN: Sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };
const USER: ChatMessage = { role: "user", content: "?" };
const needed = (settings: Partial<Sampling>, messages = [USER]) => featuresNeeded({ ...PLAIN, ...settings }, messages);

describe("what a request needs", () => {
  it.each<[Partial<Sampling>, string]>([
    [{ seedHigh: 1 }, "seed64"],
    [{ minPMilli: 1 }, "min_p"],
    [{ presencePenaltyMilli: 1 }, "penalties"],
    [{ frequencyPenaltyMilli: 1 }, "penalties"],
    [{ repeatPenaltyMilli: 1 }, "repeat_penalty"],
    [{ logitBias: [[1, 1]] }, "logit_bias"],
    [{ jsonSchema: "{}" }, "json_schema"],
    [{ toolUse: { choice: "auto", most: 1 } }, "tools"],
    [{ embedding: {} }, "embedding"],
  ])("for %j is %s alone", (settings, feature) => {
    expect(needed(settings)).toEqual([feature]);
  });

  it("is more for vectors of so many numbers", () => {
    expect(needed({ embedding: { dimensions: 8 } })).toEqual(["embedding", "embedding_dimensions"]);
  });

  it("is nothing for a plain one", () => {
    expect(needed({ seed: 1, responseFormat: "json", stop: ["."] })).toEqual([]);
    expect(needed({}, [{ role: "system", content: "" }, USER, { role: "assistant", content: "" }, USER])).toEqual([]);
  });

  it("is what its conversation has, where a message is of functions or what they gave", () => {
    for (const role of ["tools", "tool"] as const) expect(needed({}, [USER, { role, content: "" }])).toEqual(["tools"]);
  });

  it("is told in one order", () => {
    const all = { logitBias: [[1, 1]] as [number, number][], minPMilli: 1, seedHigh: 1, repeatPenaltyMilli: 1 };
    expect(needed({ ...all, presencePenaltyMilli: 1, jsonSchema: "{}" }, [{ role: "tools", content: "" }])).toEqual(
      CHAT_FEATURES,
    );
  });
});

describe("what an executor lacks", () => {
  it("is the first that it does not say", () => {
    expect(featureLacking(["min_p", "tools", "seed64"], ["min_p"])).toBe("tools");
    expect(featureLacking(["min_p"], undefined)).toBe("min_p");
    expect(featureLacking(["min_p"], [])).toBe("min_p");
  });

  it("is nothing where it says all, or nothing is asked", () => {
    expect(featureLacking(["min_p", "tools"], ["tools", "min_p", "of tomorrow"])).toBeUndefined();
    expect(featureLacking([], undefined)).toBeUndefined();
  });
});
