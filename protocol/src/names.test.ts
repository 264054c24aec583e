import { describe, expect, it } from "vitest";
import {
  EVIDENCE_PROTOCOL,
  executorKey,
  INFER_PROTOCOL,
  KAD_PROTOCOL,
  modelKey,
  offersTopic,
  RPC_PROTOCOL,
  validatorKey,
} from "./names.ts";

const network = { chainId: 31_337n, accounting: "0xABcdef0000000000000000000000000000000001" };
const scope = "31337/0xabcdef0000000000000000000000000000000001";

describe("names on the wire", () => {
  it("are those that programs in other languages use", () => {
    expect([KAD_PROTOCOL, INFER_PROTOCOL, RPC_PROTOCOL, EVIDENCE_PROTOCOL]).toEqual([
      "/lloom/kad/1.0.0",
      "/lloom/infer/1",
      "/lloom/rpc/1",
      "/lloom/evidence/1",
    ]);
  });

  it("carry chain and contract wherever two networks could mix, however the address is written", () => {
    expect(offersTopic(network)).toBe(`lloom/offers/${scope}`);
    expect(executorKey(network)).toBe(`lloom/executor/${scope}`);
    expect(validatorKey(network)).toBe(`lloom/validator/${scope}`);
    expect(modelKey(network, "Qwen/3")).toBe(`lloom/model/${scope}/Qwen/3`);
  });
});
