import { describe, expect, test } from "vitest";
import { parseSettings } from "./env.ts";

describe("settings", () => {
  test("fit a local network when nothing is set", () => {
    expect(parseSettings({})).toEqual({
      indexerUrl: "http://127.0.0.1:42069",
      rpcUrl: undefined,
      networkName: "devnet",
    });
  });

  test("come from the environment, without the slash that addresses are pasted with", () => {
    const env = {
      LLOOM_INDEXER_URL: "https://index.example/",
      LLOOM_RPC_URL: "http://127.0.0.1:8545",
      LLOOM_NETWORK_NAME: "harbour",
    };
    expect(parseSettings(env)).toEqual({
      indexerUrl: "https://index.example",
      rpcUrl: "http://127.0.0.1:8545",
      networkName: "harbour",
    });
  });

  test.each([
    [
      "LLOOM_INDEXER_URL",
      "index.example",
      /^LLOOM_INDEXER_URL is "index\.example"; set it to an http or https address/,
    ],
    ["LLOOM_RPC_URL", "ws://127.0.0.1:8545", /^LLOOM_RPC_URL is "ws:/],
    ["LLOOM_RPC", "http://127.0.0.1:8545", /^LLOOM_RPC is called LLOOM_RPC_URL now/],
    ["LLOOM_NETWORK_NAME", "n".repeat(41), /^LLOOM_NETWORK_NAME has 41 characters/],
  ])("refuse %s=%s, saying what it should be", (name, value, message) => {
    const attempt = () => parseSettings({ [name]: value });
    expect(attempt).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(attempt).toThrow(message);
  });
});
