import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "@lloom/protocol/lloom-error";
import { expect, test } from "vitest";
import { type DialCheck, dialCheck } from "./dial-check.ts";
import type { PageClient } from "./open-client.ts";

const [EXECUTOR, OTHER]: readonly Address[] = [`0x${"ab".repeat(20)}`, `0x${"cd".repeat(20)}`];
const WS = "/ip4/9.9.9.9/tcp/4002/ws/p2p/16Uiu2E";
const TCP = "/ip4/9.9.9.9/tcp/4001/p2p/16Uiu2E";
const VALIDATOR = "/ip4/9.9.9.8/tcp/4002/ws/p2p/16Uiu2V";
const offer = (multiaddrs: readonly string[], executor = EXECUTOR) => ({
  offer: { executor, model: "m\u202e", validUntil: 9_999_999_999n },
  ...{ multiaddrs, capacity: 4, load: 1 },
});

interface Deeds {
  readonly offers?: (addresses: readonly string[]) => readonly unknown[];
  readonly reach?: () => unknown;
  readonly bootstrap?: readonly string[];
}

/** Names and states of what is found, with the words of the last line. */
async function found({ offers = () => [offer([TCP, WS])], reach, bootstrap = [VALIDATOR] }: Deeds, isSecure = false) {
  let closed = false;
  const client = {
    offers: async (addresses: readonly string[]) => offers(addresses),
    reach: async () => reach?.() ?? { peer: EXECUTOR, peerId: "16Uiu2E", address: WS, roundTripMs: 7 },
    close: async () => {
      closed = true;
    },
  } as unknown as PageClient;
  const token = { symbol: "t", decimals: 6 };
  const network = { chainId: "5", accounting: OTHER as Address, token, bootstrap };
  const check: DialCheck = {
    network,
    executor: EXECUTOR as Address,
    peerId: "16Uiu2E",
    isSecure,
    open: async () => client,
  };
  const findings = await Array.fromAsync(dialCheck(check));
  return {
    lines: findings.map(({ name, state }) => `${name} ${state}`),
    says: findings.at(-1)?.says ?? "",
    findings,
    closed,
  };
}

test("whoever answers and has the key is told to do so, step by step", async () => {
  const { lines, findings, closed } = await found({});
  expect(lines).toEqual(["offer right", "path right", "peer right", "distance right", "word right"]);
  expect(findings.map(({ says }) => says).join("\n")).toMatch(
    /m\[U\+202E\], signed by 0xab.*\nWebSockets, at \/ip4\/9\.9\.9\.9\/tcp\/4002\/ws\n16Uiu2E, proven.*registered\n7 ms.*\n1 offer.*1 of 4/,
  );
  expect(closed).toBe(true);
});

test("where there is no way, or nobody to ask, it says why", async () => {
  expect(await found({ bootstrap: [] })).toMatchObject({
    lines: ["offer open"],
    says: expect.stringContaining("no validator"),
  });
  expect(await found({ bootstrap: [TCP] })).toMatchObject({
    lines: ["offer open"],
    says: expect.stringContaining("other nodes alone"),
  });
  expect(await found({ offers: () => [] })).toMatchObject({
    lines: ["offer wrong"],
    says: expect.stringContaining("it is off"),
  });
  expect((await found({ offers: () => [offer([WS], OTHER)] })).lines).toEqual(["offer wrong"]);
  expect(await found({ offers: () => [offer([TCP])] })).toMatchObject({
    ...{ lines: ["offer right", "path open"], says: expect.stringContaining("A gateway or a node reaches it.") },
  });
  const secure = await found({ bootstrap: ["/dns4/v.example/tcp/443/tls/ws/p2p/16Uiu2V"] }, true);
  expect(secure).toMatchObject({ lines: ["offer right", "path open"], says: expect.stringContaining("HTTPS") });
});

test("whoever is somebody else, or silent, is not taken for it", async () => {
  const stranger = await found({ reach: () => ({ peer: OTHER, peerId: "16Uiu2X", address: WS, roundTripMs: 7 }) });
  expect(stranger.findings.find(({ name }) => name === "peer")).toMatchObject({
    ...{ state: "wrong", says: expect.stringContaining(`somebody else answers there: ${OTHER}`) },
  });
  const silent = (): never => {
    throw new LloomError("EXECUTOR_UNREACHABLE", "Refused.");
  };
  expect(await found({ reach: silent })).toMatchObject({
    ...{
      lines: ["offer right", "path wrong"],
      says: expect.stringContaining("nobody answers at /ip4/9.9.9.9/tcp/4002/ws: Refused."),
    },
  });
  const mute = await found({ offers: (addresses) => (addresses.includes(VALIDATOR) ? [offer([WS])] : []) });
  expect(mute.lines.at(-1)).toBe("word wrong");
});
