import type { Hex } from "@lloom/protocol/commitment-types";
import { beforeEach, describe, expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { OwnRun } from "./own-run.ts";

const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const [OFFER, OTHER, REQUEST, SECOND] = [hash("aa"), hash("bb"), hash("01"), hash("02")];
let wallMs: number;
let steadyMs: number;
let jumps: number[];
let run: OwnRun;

beforeEach(() => {
  [wallMs, steadyMs, jumps] = [1_800_000_000_000, 5_000, []];
  run = new OwnRun({ clock: () => wallMs, steady: () => steadyMs, onJump: (jumpMs) => jumps.push(jumpMs) });
  run.noteOffer(OFFER, 120_000);
});
const pass = (ms: number): void => {
  wallMs += ms;
  steadyMs += ms;
};

describe("a run of an executor", () => {
  it("takes each request once, and only for an offer that it made itself", () => {
    expect(run.stands(OFFER)).toBe(true);
    expect([run.take(OFFER, REQUEST), run.take(OFFER, SECOND), run.take(OFFER, REQUEST)]).toEqual([true, true, false]);
    expect([run.stands(OTHER), run.take(OTHER, REQUEST)]).toEqual([false, false]);
  });

  it("stands by an offer until half a minute after its end, by the clock that cannot be set", () => {
    pass(150_000);
    expect(run.stands(OFFER)).toBe(true);
    pass(1);
    expect([run.stands(OFFER), run.take(OFFER, REQUEST)]).toEqual([false, false]);
  });

  it("stands by each offer until its own end, whichever of them ended before", () => {
    run.noteOffer(OTHER, 150_000);
    const standing = (): boolean[] => [OFFER, OTHER].map((offer) => run.stands(offer));
    pass(150_001);
    expect(standing()).toEqual([false, true]);
    pass(29_999);
    expect(standing()).toEqual([false, true]);
    pass(1);
    expect(standing()).toEqual([false, false]);
  });

  it("takes no request once its offer has ended or is off, whoever looks first", () => {
    pass(150_001);
    expect(run.take(OFFER, REQUEST)).toBe(false);
    run.noteOffer(OTHER, 120_000);
    wallMs += 60_000;
    expect(run.take(OTHER, REQUEST)).toBe(false);
  });

  it("stands by an offer that is made right after a jump", () => {
    wallMs += 60_000;
    run.noteOffer(OTHER, 120_000);
    expect([run.stands(OTHER), run.stands(OFFER)]).toEqual([true, false]);
  });

  it.each([60_000, -60_000])(
    "forgets its offers when the wall clock jumps by %i ms, and signs nothing from before",
    (ms) => {
      run.take(OFFER, REQUEST);
      const { epoch } = run;
      run.checkMaySign(epoch);
      wallMs += ms;
      expect(() => run.checkMaySign(epoch)).toThrow(expect.objectContaining({ code: "INTERNAL" }));
      expect([run.stands(OFFER), run.take(OFFER, SECOND), jumps]).toEqual([false, false, [ms]]);
      expect(run.made(OFFER)).toBe(true);
      run.noteOffer(OTHER, 120_000);
      expect(run.take(OTHER, SECOND)).toBe(true);
      run.checkMaySign(run.epoch);
    },
  );

  it("knows for ten minutes after its end that an offer was its own, also of one that was off by then", () => {
    const known = (): boolean[] => [run.stands(OFFER), run.made(OFFER)];
    wallMs += 20_000;
    expect(known()).toEqual([false, true]);
    pass(720_000);
    expect(known()).toEqual([false, true]);
    pass(1);
    expect(known()).toEqual([false, false]);
    expect(run.made(OTHER)).toBe(false);
  });

  it("takes a clock for set that moves by more than ten seconds against the steady one", () => {
    const { epoch } = run;
    wallMs += 10_000;
    expect([run.epoch, jumps]).toEqual([epoch, []]);
    wallMs += 10_001;
    expect([run.epoch, jumps]).toEqual([epoch + 1, [10_001]]);
    wallMs -= 10_000;
    expect([run.epoch, jumps.length]).toEqual([epoch + 1, 1]);
  });

  it("measures by the process's own clock unless told otherwise", () => {
    const own = new OwnRun({ clock: () => Date.now(), onJump: (jumpMs) => jumps.push(jumpMs) });
    own.noteOffer(OFFER, 60_000);
    expect([own.stands(OFFER), own.made(OFFER), jumps]).toEqual([true, true, []]);
  });

  it("is not disturbed by a clock that is set little by little", () => {
    const { epoch } = run;
    for (let step = 0; step < 10; step++) {
      pass(1_000);
      wallMs += 9_000;
      run.checkMaySign(epoch);
    }
    expect([run.stands(OFFER), jumps]).toEqual([true, []]);
  });

  it("signs nothing once it has ended", () => {
    const { epoch } = run;
    run.end(new LloomError("KEY_IN_USE", "Another one."));
    expect(() => run.checkMaySign(epoch)).toThrow(expect.objectContaining({ code: "KEY_IN_USE" }));
    expect([run.stands(OFFER), run.take(OFFER, REQUEST)]).toEqual([false, false]);
    run.end(new LloomError("STORE_FAILED", "And then this."));
    run.noteOffer(OTHER, 120_000);
    expect([run.stands(OTHER), run.take(OTHER, REQUEST), run.made(OTHER)]).toEqual([false, false, true]);
    expect(run.ended).toMatchObject({ code: "KEY_IN_USE" });
  });
});
