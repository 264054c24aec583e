import { describe, expect, it } from "vitest";
import { saltOf } from "./create2.ts";

const DEPLOYER = "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

describe("the salt of deterministic addresses", () => {
  it("holds whoever may use it, the mark of all chains, and a name", () => {
    expect(saltOf({ deployer: DEPLOYER, name: "lloom-2" })).toBe(
      "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266006c6c6f6f6d2d3200000000",
    );
  });

  it("is the project's own without a name, and anybody's without a deployer", () => {
    expect(saltOf({})).toBe(`0x${"00".repeat(21)}6c6c6f6f6d${"00".repeat(6)}`);
  });

  it.each(["", "twelve-chars", "two words", "ü"])("refuses %j as a name", (name) => {
    expect(() => saltOf({ name })).toThrow(`LLOOM_SALT is "${name}"; it takes 1 to 11 printable characters`);
  });
});
