import { describe, expect, it } from "vitest";
import { encodeCbor } from "./cbor.ts";
import { EVIDENCE_LIMITS } from "./evidence-messages.ts";
import { decodeEvidenceAsk, decodeEvidencePart } from "./evidence-wire.ts";

const { partBytes } = EVIDENCE_LIMITS;
const hash = new Uint8Array(32);
const refusal = (words: RegExp) =>
  expect.objectContaining({ code: "FRAME_INVALID", message: expect.stringMatching(words) });
const PARTS = {
  bytes: { type: "text", contentSalt: hash, totalBytes: partBytes, offset: 0 },
  packed: { type: "trace", total: 1, from: 0 },
  leaf: { type: "leaf", total: 1, index: 0, proof: [] },
} as const;

describe.each(Object.entries(PARTS))("the %s of a part", (field, part) => {
  const decode = (bytes: unknown) => decodeEvidencePart(encodeCbor({ ...part, [field]: bytes }));

  it("are bytes up to the limit of a part", () => {
    const most = new Uint8Array(partBytes);
    expect(decode(most)).toMatchObject({ [field]: most });
    for (const wrong of [new Uint8Array(partBytes + 1), "text", [1]])
      expect(() => decode(wrong)).toThrow(refusal(new RegExp(`^${field}: must be at most ${partBytes} bytes`)));
  });

  if (field === "leaf") return;
  it("are not empty", () => {
    expect(decode(new Uint8Array(1))).toMatchObject({ [field]: new Uint8Array(1) });
    expect(() => decode(new Uint8Array())).toThrow(refusal(new RegExp(`^${field}: must not be empty`)));
  });
});

it("a question may name so many leaves in all its ranges, and not one more", () => {
  const asking =
    (...counts: readonly number[]) =>
    () =>
      decodeEvidenceAsk(
        encodeCbor({ type: "ask", requestHash: hash, items: [], ranges: counts.map((count) => ({ from: 0, count })) }),
      );
  const { leaves } = EVIDENCE_LIMITS;
  expect(asking(leaves - 1, 1)()).toMatchObject({ ranges: [{ count: leaves - 1 }, { count: 1 }] });
  expect(asking(leaves, 1)).toThrow(refusal(new RegExp(`^ranges: must be ${leaves} leaves at most`)));
});
