import { describe, expect, it } from "vitest";
import { AskWindow } from "./ask-window.ts";

/** So many answers. */
const answer = (window: AskWindow, times: number): void => {
  for (let time = 0; time < times; time++) window.answered();
};

describe("the window of a batch", () => {
  it("opens with every answer until the first refusal, then by one in a round, and never beyond the most", () => {
    const window = new AskWindow({ most: 32, first: 8 });
    answer(window, 8);
    expect(window.size).toBe(16);
    window.refused(window.round);
    expect(window.size).toBe(8);
    answer(window, 8);
    expect(window.size).toBe(8);
    answer(window, 1);
    expect(window.size).toBe(9);
    answer(window, 10_000);
    expect(window.size).toBe(32);
  });

  it("closes by half once for all refusals of a round, and always lets one line through", () => {
    const window = new AskWindow({ most: 64, first: 64 });
    const { round } = window;
    for (let refusal = 0; refusal < 64; refusal++) window.refused(round);
    expect(window.size).toBe(32);
    for (let time = 0; time < 9; time++) window.refused(window.round);
    expect(window.size).toBe(1);
    answer(window, 1);
    expect(window.size).toBe(2);
    window.single();
    expect(window.size).toBe(1);
  });
});
