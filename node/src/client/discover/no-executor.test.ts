import { describe, expect, it } from "vitest";
import type { NoChoice } from "../choose/no-choice.ts";
import type { ModelSummary } from "./model-summary.ts";
import { type NetworkView, noExecutor } from "./no-executor.ts";

const question = {
  model: "wanted",
  messages: [{ role: "user" as const, content: "?" }],
  sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" as const },
  maxOutboundTokens: 600,
};
const TERMS = { executors: 1, inboundPrice: 5n, outboundPrice: 6n, maxContext: 512n };
const weights = (digit: string) => ({ ...TERMS, hash: `0x${digit.repeat(64)}` as const, stake: 7n });
const offer = (model: string): ModelSummary => ({ model, ...TERMS, weights: [weights("0"), weights("a")] });
const told = (choice: NoChoice, networkView: Partial<NetworkView>) =>
  noExecutor(choice, question, {
    offered: undefined,
    others: [],
    token: { decimals: 6, symbol: "USDC" },
    bootstrap: 1,
    peers: 1,
    ...networkView,
  });

describe("why nobody can be asked", () => {
  it("asks for a bootstrap peer where none was given", () => {
    const { code, message, next } = told("none", { bootstrap: 0, peers: 0 });
    expect(code).toBe("NO_EXECUTOR");
    expect(message).toContain("given no peer to join the network through");
    expect(next).toMatch(/--bootstrap MULTIADDR.*LLOOM_BOOTSTRAP.*network\.bootstrap in lloom\.toml/);
  });

  it("doubts the bootstrap peers when none of them answers", () => {
    const { code, message, next } = told("none", { peers: 0 });
    expect(code).toBe("NO_EXECUTOR");
    expect(message).toContain("no bootstrap peer answers");
    expect(next).toContain("Check the addresses of --bootstrap");
  });

  it("only waits for an executor in a network that has joined", () => {
    const { code, next } = told("none", { bootstrap: 0 });
    expect(code).toBe("NO_EXECUTOR");
    expect(next).toMatch(/^Wait until an executor offers it/);
    expect(next).not.toContain("--bootstrap");
  });

  it("says that it is the named executor who offers nothing, where others do", () => {
    const executor = `0x${"ab".repeat(20)}` as const;
    const view = { offered: offer("wanted"), others: ["wanted"], token: { decimals: 6, symbol: "USDC" } };
    const named = noExecutor("none", { ...question, executor }, { ...view, bootstrap: 1, peers: 1 });
    expect(named.message).toBe(`${executor} offers no wanted that is known here; others do.`);
    expect(named.next).toContain("without naming an executor");
  });

  it("names the weights that are offered, where those that were asked for are not or may be several", () => {
    const view = { offered: offer("wanted"), others: ["wanted"] };
    expect(told("weights", view).next).toBe(
      `Ask for weights that are offered: none that is named, sha256:${"a".repeat(64)}.`,
    );
    expect(told("ambiguous", view)).toMatchObject({ code: "REQUEST_INVALID", next: "Give more digits of the hash." });
  });

  it("tells the lowest prices as the flags of the limit take them", () => {
    const dear = { ...offer("wanted"), inboundPrice: 250_000n, outboundPrice: 1_000_000n };
    const { message, next } = told("price", { offered: dear });
    expect(message).toContain(
      "the lowest inbound price is 0.25 USDC and the lowest outbound price 1 USDC per 1 000 000 tokens",
    );
    expect(next).toContain("--max-inbound-price");
  });

  it("names the models that are offered instead", () => {
    expect(told("none", { others: ["other"] })).toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  it("speaks of prices only where a limit was set, and of the context where that is too small", () => {
    const offered = offer("wanted");
    expect(told("price", { offered }).next).toContain("price limit");
    expect(told("context", { offered })).toMatchObject({ code: "CONTEXT_EXCEEDED" });
    for (const choice of ["none", "tried"] as const) expect(told(choice, { offered }).next).not.toContain("price");
  });
});
