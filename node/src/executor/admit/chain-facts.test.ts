import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import type { SessionSigner } from "../../chain/reads.ts";
import { principalReader } from "./chain-facts.ts";

const SIGNER: Address = `0x${"51".repeat(20)}`;
const PRINCIPAL: Address = `0x${"c1".repeat(20)}`;
const session = (thawEnd = 0n): SessionSigner => ({ principal: PRINCIPAL, thawEnd });

/** A reader whose chain says what `says` holds. */
function staged(first?: SessionSigner) {
  const state = { says: first, fails: false, reads: 0, nowMs: 1_000_000 };
  const principalOf = principalReader(
    async () => {
      state.reads += 1;
      if (state.fails) throw new RangeError("no chain");
      return state.says;
    },
    () => state.nowMs,
  );
  return { state, ask: () => principalOf(SIGNER) };
}

describe("whom an address signs for", () => {
  it("is read once for all who ask together, and again after a minute", async () => {
    const { state, ask } = staged(session());
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([PRINCIPAL, PRINCIPAL, PRINCIPAL]);
    state.nowMs += 59_000;
    await ask();
    expect(state.reads).toBe(1);
    state.says = session(1n);
    state.nowMs += 2_000;
    expect([await ask(), state.reads]).toEqual([undefined, 2]);
  });

  it("is nobody for five seconds once that was read, so that strangers cost few reads", async () => {
    const { state, ask } = staged();
    for (let request = 0; request < 100; request++) expect(await ask()).toBeUndefined();
    expect(state.reads).toBe(1);
    state.says = session();
    state.nowMs += 5_000;
    expect(await ask()).toBe(PRINCIPAL);
  });

  it("is asked again at once after the chain did not answer", async () => {
    const { state, ask } = staged(session());
    state.fails = true;
    await expect(ask()).rejects.toThrow("no chain");
    state.fails = false;
    expect(await ask()).toBe(PRINCIPAL);
  });
});
