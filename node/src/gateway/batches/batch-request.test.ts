import { describe, expect, it } from "vitest";
import { readBatchRequest } from "./batch-request.ts";

describe("a batch's terms", () => {
  const TERMS = { input_file_id: "file-1", endpoint: "/v1/chat/completions", completion_window: "24h" };
  it.each([
    ["completion_window", "REQUEST_INVALID", { completion_window: "99d" }],
    ["metadata.a", "REQUEST_INVALID", { metadata: { a: 1 } }],
    ["output_expires_after.seconds", "REQUEST_INVALID", { output_expires_after: { anchor: "created_at", seconds: 1 } }],
    ["provider.sort", "UNSUPPORTED", { provider: { sort: "price" } }],
    ["model", "UNSUPPORTED", { model: "lloom-tiny" }],
  ])("are refused for a wrong %s by its name", (param, code, change) => {
    const read = (): unknown => readBatchRequest({ ...TERMS, ...change });
    expect(read).toThrow(expect.objectContaining({ code, details: { param } }));
  });
});
