import { describe, expect, it } from "vitest";
import { chooseTwice } from "./password.ts";

/** Types these, one after the other. */
function typing(...lines: string[]) {
  const asked: string[] = [];
  const ask = async (prompt: string): Promise<string> => {
    asked.push(prompt);
    return lines[asked.length - 1] ?? "";
  };
  return { asked, password: chooseTwice(ask) };
}

describe("a new password", () => {
  it("is asked for twice", async () => {
    const { asked, password } = typing("correct horse", "correct horse");
    expect(await password).toBe("correct horse");
    expect(asked).toEqual(["New keystore password: ", "The same password again: "]);
  });

  it("is refused when the two differ, before anything is made", async () => {
    const refused = { code: "KEYSTORE_INVALID", message: expect.stringContaining("differ") };
    await expect(typing("correct horse", "correct house").password).rejects.toMatchObject(refused);
  });

  it("is refused at once when it is short", async () => {
    const { asked, password } = typing("short", "short");
    await expect(password).rejects.toMatchObject({ message: expect.stringContaining("at least 8") });
    expect(asked).toHaveLength(1);
  });
});
