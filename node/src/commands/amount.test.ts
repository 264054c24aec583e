import { describe, expect, it } from "vitest";
import { amountArgument } from "./amount.ts";

const take = (text: string | undefined) => amountArgument(text, "lloom deposit 10");
const refusal = (message: string) => expect.objectContaining({ code: "COMMAND_INVALID", retryable: false, message });

describe("an amount of the command line", () => {
  it("is counted in base units once the token is known", () => {
    expect(take("2.5").baseUnits(6)).toBe(2_500_000n);
    expect(take(" 10 ").baseUnits(18)).toBe(10n ** 19n);
    expect(() => take("0.0000001").baseUnits(6)).toThrow(refusal('"0.0000001" has more than the token\'s 6 decimals.'));
  });

  it.each(["0", "0.00", "0.000000000000000000"])("is not %s", (text) => {
    expect(() => take(text)).toThrow(refusal("The amount is zero."));
  });

  it.each(["abc", "-5", "1e3", ""])("is not %j", (text) => {
    expect(() => take(text)).toThrow(refusal(`"${text}" is not an amount such as 1.5.`));
  });

  it("is not more than any contract counts, which takes no token to know", () => {
    const most = "an amount is at most 79228162514264337593543950335.";
    expect(() => take("1".repeat(41))).toThrow(refusal(`"${"1".repeat(41)}" is too large: ${most}`));
    expect(() => take("9".repeat(4000))).toThrow(refusal(`"${"9".repeat(48)}…" is too large: ${most}`));
  });

  it("has no more decimals than any token", () => {
    expect(() => take(`1.${"1".repeat(19)}`)).toThrow(/more than the token's 18 decimals/);
  });
});
