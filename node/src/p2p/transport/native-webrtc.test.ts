import { afterEach, expect, it, vi } from "vitest";
import { NativeWebRtc } from "./native-webrtc.ts";

afterEach(() => void vi.doUnmock("node-datachannel"));

it("is cleaned up by the last host that ends, and not before", async () => {
  const cleanup = vi.fn();
  vi.doMock("node-datachannel", () => ({ cleanup }));
  const [one, two] = [new NativeWebRtc(), new NativeWebRtc()];
  await one[Symbol.asyncDispose]();
  expect(cleanup).not.toHaveBeenCalled();
  await two[Symbol.asyncDispose]();
  expect(cleanup).toHaveBeenCalledOnce();
});

it("is no matter where the platform has none", async () => {
  vi.doMock("node-datachannel", () => {
    throw new Error("no binary for this platform");
  });
  await new NativeWebRtc()[Symbol.asyncDispose]();
});
