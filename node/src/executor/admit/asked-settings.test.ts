import { embeddingSampling } from "@lloom/protocol/form/embedding";
import { type ChatMessage, type Sampling, samplingSchema } from "@lloom/protocol/messages";
import { profileText } from "@lloom/protocol/profile";
import { describe, expect, it } from "vitest";
import { checkSettings, refuseUnknown } from "./asked-settings.ts";

const PLAIN: Sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };
const HI: ChatMessage[] = [{ role: "user", content: "Hi" }];
const NOW: ChatMessage = { role: "tools", content: '[{"name":"now"}]' };
const profile = (...features: string[]): string =>
  profileText({ backend: "llama.cpp", maxContext: 512, evidence: "trace", features });
const outcome = (changes: Partial<Sampling>, messages = HI, of: string | undefined = profile()): unknown => {
  try {
    checkSettings({ sampling: { ...PLAIN, ...changes }, messages }, of);
    return "taken";
  } catch (thrown) {
    return thrown instanceof Error && "code" in thrown ? thrown.code : thrown;
  }
};

describe("what a request asks of a backend", () => {
  it("is refused when it has never been heard of, as it came over the wire", () => {
    const sent = samplingSchema.parse({ ...PLAIN, samplerOfTomorrow: 1 });
    expect(() => refuseUnknown(sent)).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
    expect(() => refuseUnknown(PLAIN)).not.toThrow();
  });

  it("is refused where the profile does not have it, or there is none", () => {
    expect(outcome({ minPMilli: 50 })).toBe("UNSUPPORTED");
    expect(outcome({ minPMilli: 50 }, HI, undefined)).toBe("UNSUPPORTED");
    expect(outcome({ minPMilli: 50 }, HI, profile("penalties", "min_p"))).toBe("taken");
    expect(outcome({}, HI, undefined)).toBe("taken");
    expect(outcome({}, [NOW, ...HI])).toBe("UNSUPPORTED");
    expect(outcome({}, [NOW, ...HI], profile("tools"))).toBe("taken");
  });

  it("is vectors where the profile has them, and no answer of what only embeds", () => {
    const vectors = embeddingSampling();
    expect(outcome(vectors)).toBe("UNSUPPORTED");
    expect(outcome(vectors, HI, profile("embedding"))).toBe("taken");
    expect(outcome(embeddingSampling(8), HI, profile("embedding"))).toBe("UNSUPPORTED");
    expect(outcome(vectors, [{ role: "assistant", content: "Hi" }], profile("embedding"))).toBe("REQUEST_INVALID");
    const embedder = profileText({
      ...{ backend: "llama.cpp", maxContext: 512, evidence: "text" },
      ...{ features: ["embedding"], conversations: false },
    });
    expect(outcome({}, HI, embedder)).toBe("UNSUPPORTED");
    expect(outcome(vectors, HI, embedder)).toBe("taken");
    const next = expect.stringContaining("POST /v1/embeddings");
    const asked = { sampling: PLAIN, messages: HI };
    expect(() => checkSettings(asked, embedder)).toThrow(expect.objectContaining({ next }));
  });

  it("makes sense", () => {
    const can = profile("tools", "json_schema");
    const toolUse = { choice: "auto", most: 1 } as const;
    expect(outcome({ toolUse }, HI, can)).toBe("REQUEST_INVALID");
    expect(outcome({ toolUse: { ...toolUse, choice: "required", name: "then" } }, [NOW, ...HI], can)).toBe(
      "REQUEST_INVALID",
    );
    expect(outcome({}, [...HI, NOW], can)).toBe("REQUEST_INVALID");
    expect(outcome({}, [{ role: "tools", content: "[]" }, ...HI], can)).toBe("REQUEST_INVALID");
    expect(outcome({}, [...HI, { role: "tool", content: "12:00" }], can)).toBe("REQUEST_INVALID");
    const schema = { responseFormat: "json", jsonSchema: '{"type":"string","pattern":"a"}' } as const;
    expect(outcome(schema, HI, can)).toBe("UNSUPPORTED");
  });
});
