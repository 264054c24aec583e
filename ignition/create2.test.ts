import { Transaction } from "ethers";
import { describe, expect, it } from "vitest";
import { CREATE_X_DEPLOYMENT, openSalt, reservedFor } from "./create2.ts";

const DEPLOYER = "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

it("costs for CreateX what its makers signed", async () => {
  const artifact =
    "../node_modules/@nomicfoundation/ignition-core/dist/src/internal/execution/strategy/createx-artifact.js";
  const { presignedTx } = (await import(new URL(artifact, import.meta.url).href)) as { presignedTx: string };
  const { from, gasLimit, gasPrice, to } = Transaction.from(presignedTx);
  expect({ sender: from, gasLimit, gasPriceWei: gasPrice }).toEqual(CREATE_X_DEPLOYMENT);
  expect(to).toBeNull();
});

describe("the salt of deterministic addresses", () => {
  it("is anybody's, has the mark of all chains, and the project's name or another", () => {
    expect(openSalt()).toBe(`0x${"00".repeat(21)}6c6c6f6f6d${"00".repeat(6)}`);
    expect(openSalt("lloom-2")).toBe(`0x${"00".repeat(21)}6c6c6f6f6d2d32${"00".repeat(4)}`);
  });

  it("is reserved for a deployer in its first 20 bytes", () => {
    expect(reservedFor(DEPLOYER, openSalt("lloom-2"))).toBe(
      "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266006c6c6f6f6d2d3200000000",
    );
  });

  it.each(["", "twelve-chars", "two words", "ü"])("refuses %j as a name", (name) => {
    expect(() => openSalt(name)).toThrow(`LLOOM_SALT is "${name}".`);
  });
});
