import { EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";
import { describe, expect, it } from "vitest";
import { randomRequest, randomResponse, seeded } from "../../../../protocol/test/seeded.ts";
import * as encoding from "./encoding.ts";

const next = expect.stringMatching(/restore a backup/);
const damaged = (part: string) =>
  expect.objectContaining({ code: "STORE_FAILED", message: expect.stringContaining(part), next });
const MOST = 2n ** 96n - 1n;

describe("integers", () => {
  it("rest as text whose order is theirs, and come back exactly (seed 3)", () => {
    const random = seeded(3);
    const values = [0n, 1n, 9n, 10n, MOST - 1n, MOST, ...Array.from({ length: 50 }, () => random.uint(96))];
    const sorted = values.toSorted((a, b) => (a < b ? -1 : Number(a > b)));
    expect(values.map(encoding.encodeInteger).toSorted()).toEqual(sorted.map(encoding.encodeInteger));
    for (const value of values) expect(encoding.integerOf({ a: encoding.encodeInteger(value) }, "a")).toBe(value);
    expect(encoding.ZERO).toBe("0".repeat(29));
  });

  it("that would not fit are refused", () => {
    expect(encoding.encodeInteger(10n ** 29n - 1n)).toHaveLength(29);
    for (const value of [-1n, 10n ** 29n])
      expect(() => encoding.encodeInteger(value)).toThrow(damaged(`the integer ${value}`));
  });
});

describe("a column", () => {
  it("has the kind that is read, or the file is damaged", () => {
    const row = { text: "t", number: 5, bytes: Uint8Array.of(1), nothing: null };
    expect([encoding.textOf(row, "text"), encoding.numberOf(row, "number")]).toEqual(["t", 5]);
    expect(encoding.bytesOf(row, "bytes")).toEqual(Uint8Array.of(1));
    for (const name of ["number", "bytes", "nothing", "absent"])
      expect(() => encoding.textOf(row, name)).toThrow(damaged(`the column ${name}`));
    for (const name of ["text", "nothing"])
      for (const read of [encoding.numberOf, encoding.bytesOf])
        expect(() => read(row, name)).toThrow(damaged(`the column ${name}`));
  });

  it("of an address is read in lower case, and an error code that this version lacks as one of its own", () => {
    expect(encoding.addressOf({ a: "0xABcd" }, "a")).toBe("0xabcd");
    expect(encoding.errorCodeOf({ a: "QUEUE_FULL" }, "a")).toBe("QUEUE_FULL");
    expect(encoding.errorCodeOf({ a: "OF_LATER" }, "a")).toBe("INTERNAL");
  });
});

describe("what was signed", () => {
  it("rests whole and comes back the same (seed 4)", () => {
    const random = seeded(4);
    for (let round = 0; round < 40; round++) {
      const [request, response] = [randomRequest(random), randomResponse(random)];
      const clientSignature = { r: random.hash(), vs: random.hash() };
      const executorSignature = { r: random.hash(), vs: random.hash() };
      const row = {
        request: encoding.encodeCommitment(request),
        response: encoding.encodeCommitment(response),
        client_signature: encoding.encodeSignature(clientSignature),
        executor_signature: encoding.encodeSignature(executorSignature),
      };
      expect(encoding.receiptOf(row)).toEqual({ request, response, clientSignature, executorSignature });
      expect(row.client_signature).toHaveLength(2 + 128);
    }
  });

  it("rests in lower case", () => {
    const loud = { r: `0x${"AB".repeat(32)}`, vs: `0x${"CD".repeat(32)}` } as const;
    expect(encoding.encodeSignature(loud)).toBe(`0x${"ab".repeat(32)}${"cd".repeat(32)}`);
  });
});

describe("a lane's state", () => {
  it("comes back the same, and is the first where there is no row (seed 6)", () => {
    const random = seeded(6);
    const state: LaneState = {
      ...{ nonce: random.uint(32), cost: random.uint(96), inbound: random.uint(64), outbound: random.uint(64) },
      responseHash: random.hash(),
    };
    expect(encoding.laneStateOf(encoding.encodeLaneState(state))).toEqual(state);
    expect(encoding.laneStateOf(undefined)).toBe(EMPTY_LANE);
  });

  it("is owed the most that its rows say, summed over the lanes, and never less than nothing", () => {
    const row = (lane: string, cost: bigint, settled: bigint) => ({
      ...{ lane, cost: encoding.encodeInteger(cost), settled_cost: encoding.encodeInteger(settled) },
    });
    expect(encoding.sumByLane([])).toBe(0n);
    expect(encoding.sumByLane([row("a", 10n, 4n), row("a", 15n, 4n), row("a", 12n, 4n), row("b", 3n, 1n)])).toBe(13n);
    expect(encoding.sumByLane([row("a", 4n, 10n), row("b", 3n, 1n)])).toBe(2n);
  });
});
