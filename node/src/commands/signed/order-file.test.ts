import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOrder, type SignedOrder, writeOrder } from "./order-file.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-orders-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

const at = (byte: string): `0x${string}` => `0x${byte.repeat(20)}`;
const word = (byte: string): `0x${string}` => `0x${byte.repeat(32)}`;
const DOMAIN = { chainId: 31337n, accounting: at("ac") };
const SIGNATURE = { r: word("01"), vs: word("02") };
const ONCE = { amount: 5n, nonce: (1n << 256n) - 1n, deadline: 1_900_000_000n };
const ALLOCATION = { type: "allocation", message: { client: at("c1"), executor: at("e1"), ...ONCE } } as const;
const ORDERS: readonly SignedOrder["order"][] = [
  ALLOCATION,
  { type: "unlock", message: ALLOCATION.message },
  { type: "withdrawal", message: { client: at("c1"), to: at("70"), ...ONCE } },
  {
    type: "collection",
    message: {
      ...{ purpose: "Stake", payer: at("c1"), collector: at("c0"), beneficiary: at("c1") },
      ...{ amount: 5n, salt: word("5a"), validBefore: 1_900_000_000n },
    },
  },
  { type: "concession", message: { executor: at("e1"), id: word("1d") } },
];

let files = 0;
const freshPath = (): string => join(directory, `${files++}.json`);

type Fields = Record<string, unknown>;
/** What is said of the order's file after it was changed. */
function refusalOf(change: (file: Fields) => unknown): { code: string; message: string; next: string } {
  const path = freshPath();
  writeOrder(path, { domain: DOMAIN, order: ALLOCATION, signature: SIGNATURE });
  const changed = change(JSON.parse(readFileSync(path, "utf8")) as Fields);
  writeFileSync(path, typeof changed === "string" ? changed : JSON.stringify(changed));
  try {
    readOrder(path);
  } catch (thrown) {
    return thrown as never;
  }
  return expect.unreachable();
}

/** The order's message with a field changed. */
const inMessage =
  (name: string, value: unknown) =>
  (file: Fields): Fields => ({
    ...file,
    order: { type: "allocation", message: { ...messageOf(file), [name]: value } },
  });
const messageOf = (file: Fields): Fields => (file["order"] as { message: Fields }).message;

describe("the file of a signed order", () => {
  it.each(ORDERS)("is read as it was written: $type", (order) => {
    const path = freshPath();
    const signed = { domain: DOMAIN, order, signature: SIGNATURE };
    writeOrder(path, signed);
    expect(readOrder(path)).toEqual(signed);
    expect(() => writeOrder(path, signed)).toThrow(
      expect.objectContaining({ code: "COMMAND_INVALID", message: expect.stringContaining("There is a file already") }),
    );
  });

  it.each<[string, (file: Fields) => unknown, RegExp]>([
    ["another version", (file) => ({ ...file, format: "lloom-order-2" }), /format must be "lloom-order-1"/],
    ["no version", ({ format: _, ...file }) => file, /format must be/],
    ["a chain that is no number", (file) => ({ ...file, chainId: "main" }), /chainId must be a whole number in quotes/],
    ["a chain as a bare number", (file) => ({ ...file, chainId: 31337 }), /chainId/],
    ["a contract that is none", (file) => ({ ...file, accounting: "0xac" }), /accounting must be 0x and 40 hex digits/],
    [
      "another kind of order",
      (file) => ({ ...file, order: { type: "gift", message: messageOf(file) } }),
      /order\.type/,
    ],
    ["a field more", inMessage("tip", "1"), /order\.message .*tip/i],
    ["a field less", inMessage("nonce", undefined), /order\.message\.nonce/],
    ["an amount above uint96", inMessage("amount", `${1n << 96n}`), /order\.message\.amount must fit 96 bits/],
    ["a negative amount", inMessage("amount", "-5"), /order\.message\.amount must be a whole number/],
    ["a time above uint40", inMessage("deadline", `${1n << 40n}`), /order\.message\.deadline must fit 40 bits/],
    ["half a signature", (file) => ({ ...file, signature: { r: SIGNATURE.r } }), /signature\.vs/],
    ["a list", () => [], /ORDER|it /],
    ["no JSON", () => "lloom", /is no JSON/],
    ["half of it", (file) => JSON.stringify(file).slice(0, -9), /is no JSON/],
    ["no end", () => `"${"x".repeat(1024 * 1024)}"`, /has more than 1048576 bytes/],
  ])("is refused by the field with %s", (_, change, problem) => {
    const refusal = refusalOf(change);
    expect(refusal.message).toMatch(problem);
    expect(refusal.code).toBe("ORDER_INVALID");
    expect(refusal.next).toContain("--sign-only");
  });

  it("is refused where there is none, or another thing", () => {
    for (const path of [join(directory, "none.json"), directory])
      expect(() => readOrder(path)).toThrow(expect.objectContaining({ code: "ORDER_INVALID" }));
  });
});
