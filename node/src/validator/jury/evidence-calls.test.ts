import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { beforeEach, describe, expect, it } from "vitest";
import type { Complaint } from "../../chain/disputes/measured-events.ts";
import { EvidenceCalls } from "./evidence-calls.ts";

const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const address = (byte: string): Address => `0x${byte.repeat(20)}`;
const [executor, challenger, client, stranger] = ["0a", "0b", "0c", "0d"].map(address) as [
  Address,
  Address,
  Address,
  Address,
];
const ID = hash("11");
const complaint = { opened: { id: ID, executor, challenger }, answers: [{ client }] } as unknown as Complaint;

let nowMs: number;
let looks: number;
let isWanted: boolean;
let calls: EvidenceCalls;
beforeEach(() => {
  [nowMs, looks, isWanted] = [0, 0, true];
  calls = new EvidenceCalls(() => nowMs);
  calls.open(complaint, { isWanted: () => isWanted, look: () => looks++ });
});

describe("a call with evidence", () => {
  it("of a party makes a juror look for it", () => {
    for (const party of [executor, challenger, client]) expect(calls.take(ID, party)).toEqual({ wanted: true });
    expect(looks).toBe(3);
  });

  it("of anybody else, or of another case, is refused in the same words, and nobody looks", () => {
    const words = (dispute: Hex, party: Address): string => {
      try {
        calls.take(dispute, party);
        return "taken";
      } catch (thrown) {
        return String(thrown);
      }
    };
    expect(words(ID, stranger)).toBe(words(hash("22"), client));
    expect(() => calls.take(ID, stranger)).toThrow(expect.objectContaining({ code: "EVIDENCE_REFUSED" }));
    expect(looks).toBe(0);
  });

  it("makes nobody look more than a few times at once for each side, and no side uses up the other's", () => {
    for (let call = 0; call < 100; call++) expect(calls.take(ID, executor)).toEqual({ wanted: true });
    expect(looks).toBe(4);
    for (let call = 0; call < 100; call++)
      expect(calls.take(ID, call % 2 === 0 ? challenger : client)).toEqual({ wanted: true });
    expect(looks).toBe(8);
    // Known already: that does not begin anew.
    calls.open(complaint, { isWanted: () => true, look: () => looks++ });
    calls.take(ID, client);
    expect(looks).toBe(8);
    nowMs += 300_000;
    calls.take(ID, client);
    calls.take(ID, challenger);
    expect(looks).toBe(9);
  });

  it("hears when the juror has decided", () => {
    isWanted = false;
    expect(calls.take(ID, client)).toEqual({ wanted: false });
    expect(looks).toBe(0);
  });
});
