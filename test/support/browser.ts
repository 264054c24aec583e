import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type LaunchOptions } from "playwright-core";

/*
 * A browser for tests that needs nothing installed: the one inside @sparticuz/chromium, which was built for a cloud
 * function. It unpacks its libraries and fonts only when it believes to run in one, so that it is told so for the moment
 * of the import. Another browser can be named by CHROMIUM_PATH.
 */

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--font-render-hinting=none"];
const CLOUD_VARIABLES = ["AWS_EXECUTION_ENV", "LD_LIBRARY_PATH", "FONTCONFIG_PATH"] as const;

/** Without these, pages come up in the machine's language and dates read otherwise. */
const ENGLISH = { LANG: "en_US.UTF-8", LC_ALL: "en_US.UTF-8" };

async function unpackBrowser(): Promise<string> {
  const before = CLOUD_VARIABLES.map((name) => [name, process.env[name]] as const);
  process.env["AWS_EXECUTION_ENV"] = "AWS_Lambda_nodejs24.x";
  try {
    const { default: packed } = await import("@sparticuz/chromium");
    return await packed.executablePath();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

const fontConfig = (fonts: string, cache: string): string =>
  `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><dir>/usr/share/fonts</dir><cachedir>${cache}</cachedir></fontconfig>`;

async function packedOptions(scratch: string): Promise<LaunchOptions> {
  const executablePath = await unpackBrowser();
  const unpacked = tmpdir();
  await writeFile(join(scratch, "fonts.conf"), fontConfig(join(unpacked, "fonts"), join(scratch, "cache")));
  const env = {
    ...process.env,
    ...ENGLISH,
    FONTCONFIG_PATH: scratch,
    LD_LIBRARY_PATH: join(unpacked, "al2023", "lib"),
  };
  return { executablePath, chromiumSandbox: false, env };
}

/** A running browser that is closed, and its files removed, with `await using`. */
export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser;
}

/** Starts a browser without a window. Takes about two seconds the first time, while it unpacks. */
export async function openBrowser(more: readonly string[] = []): Promise<TestBrowser> {
  const scratch = await mkdtemp(join(tmpdir(), "lloom-browser-"));
  await mkdir(join(scratch, "cache"));
  const path = process.env["CHROMIUM_PATH"];
  const options = path
    ? { executablePath: path, chromiumSandbox: false, env: { ...process.env, ...ENGLISH } }
    : await packedOptions(scratch);
  const browser = await chromium.launch({ ...options, args: [...ARGUMENTS, ...more] });
  return {
    browser,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}
