import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chooseTwice, readNewPassword, readPassword } from "./password.ts";

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

describe("a password file", () => {
  const directory = mkdtempSync(join(tmpdir(), "lloom-password-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const passwordFile = join(directory, "password");
  const never = new AbortController().signal;
  const PASSWORD = "päss wörd";

  it("holds the password in its first line, whatever an editor puts around it", async () => {
    for (const text of [PASSWORD, `${PASSWORD}\n`, `\ufeff${PASSWORD}\r\nand more`]) {
      writeFileSync(passwordFile, text);
      expect(await readPassword({ passwordFile }, never)).toBe(PASSWORD);
      expect(await readNewPassword({ passwordFile }, never)).toBe(PASSWORD);
    }
  });

  it("in UTF-16 is said to be that, instead of opening nothing", async () => {
    for (const mark of ["\ufeff", ""]) {
      writeFileSync(passwordFile, Buffer.from(`${mark}password\r\n`, "utf16le"));
      await expect(readPassword({ passwordFile }, never)).rejects.toMatchObject({
        code: "CONFIG_INVALID",
        message: `The password file ${passwordFile} is text in UTF-16, not in UTF-8.`,
        next: expect.stringMatching(/^Save it as UTF-8/),
      });
    }
  });
});
