import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CallFrame, type CpuProfile, selfTimes } from "./cpu-profile.ts";
import { type Group, groupOf } from "./groups.ts";
import { splitProfile } from "./split.ts";

/** Taken from an executor that answers: 29 samples of a millisecond each, three functions of every kind. */
const RECORDED = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.cpuprofile"), "utf8")) as CpuProfile;
const ALWAYS = [{ fromUs: 0, toUs: Number.MAX_SAFE_INTEGER }];

describe("a recorded profile", () => {
  const split = splitProfile(RECORDED, ALWAYS, 1);

  it("is split by what the functions are for", () => {
    // The last sample stands for no time, since nothing says when it ended; it is one of CBOR.
    expect(split.groups).toEqual({
      ...{ signatures: 3, hashing: 3, encryption: 3, CBOR: 2, JSON: 3, schemas: 3 },
      ...{ SQLite: 3, sockets: 3, "garbage collection": 1, other: 3 },
    });
  });

  it("adds up to the time in which the thread was not idle", () => {
    const sum = Object.values(split.groups).reduce((all, ms) => all + ms, 0);
    // One sample was idle, and the last one stands for no time.
    expect(sum).toBe(RECORDED.samples.length - 2);
    expect(split.busyMs).toBe(sum);
  });

  it("is told for each answer", () => {
    expect(splitProfile(RECORDED, ALWAYS, 9).groups.hashing).toBeCloseTo(1 / 3);
  });

  it("names functions with their files, and those of this checkout with what works for them", () => {
    const named = (spenders: readonly { readonly name: string }[]): string[] => spenders.map(({ name }) => name);
    expect(named(split.functions)).toContain("ecdsaSign (secp256k1/lib/index.js)");
    expect(named(split.functions)).toContain("write (node/src/store/database/database.ts)");
    expect(named(split.own)).not.toContain("ecdsaSign (secp256k1/lib/index.js)");
    expect(split.own.find(({ name }) => name === "encrypt (node/src/store/database/text-cipher.ts)")?.ms).toBe(3);
  });

  it("leaves out what lies beside the windows", () => {
    const [begin] = [RECORDED.startTime];
    expect(splitProfile(RECORDED, [{ fromUs: 0, toUs: begin }], 1).busyMs).toBe(0);
    const five = [{ fromUs: begin + 2_000, toUs: begin + 6_000 }];
    expect(selfTimes(RECORDED, five).reduce((sum, { us }) => sum + us, 0)).toBe(5_000);
  });
});

describe("the group of a function", () => {
  const at = (functionName: string, url: string): CallFrame => ({ functionName, url, lineNumber: 0 });
  const group = (...[frame, ...callers]: [CallFrame, ...CallFrame[]]): Group => groupOf({ frame, callers });
  const own = (path: string): string => `file:///anywhere/node/src/${path}`;

  it("is its caller's where native code or Node's library works for it", () => {
    const native = at("createCipherBase", "node:internal/crypto/cipher");
    expect(
      group(native, at("createCipheriv", "node:crypto"), at("encrypt", own("store/database/text-cipher.ts"))),
    ).toBe("encryption");
    expect(group(native, at("seal", "file:///x/node_modules/@chainsafe/libp2p-noise/dist/src/crypto.js"))).toBe(
      "sockets",
    );
    expect(group(at("run", ""), at("", own("store/database/database.ts")))).toBe("SQLite");
  });

  it("is not that of whoever called it where it stands in a file of its own", () =>
    expect(group(at("choose", own("client/choose/choose.ts")), at("save", own("store/client/client-log.ts")))).toBe(
      "other",
    ));

  it("tells JSON in the store from the store", () =>
    expect(group(at("decodeJson", own("store/database/encoding.ts")))).toBe("JSON"));

  it("tells the library of curves from the one of hashes", () => {
    expect(group(at("pow2", "file:///x/node_modules/@noble/curves/abstract/modular.js"))).toBe("signatures");
    expect(group(at("keccakP", "file:///x/node_modules/@noble/hashes/sha3.js"))).toBe("hashing");
  });

  it("knows what is nobody's", () => {
    expect(group(at("(garbage collector)", ""), at("decodeJson", own("store/database/encoding.ts")))).toBe(
      "garbage collection",
    );
    expect(group(at("(program)", ""))).toBe("other");
  });
});
