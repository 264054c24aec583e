import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { Ports } from "./ports.ts";

const WANTED = 28_545;

describe("Ports", () => {
  const dir = mkdtempSync(join(tmpdir(), "lloom-ports-test-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("gives no port twice, also not to others who have not listened yet", async () => {
    using first = new Ports(dir);
    using second = new Ports(dir);
    const given = [await first.next(WANTED), await second.next(WANTED), await first.next(WANTED)];
    expect(new Set(given).size).toBe(3);
  });

  it("gives a port again when it was given back, or its process has ended", async () => {
    let port: number;
    {
      using ports = new Ports(dir);
      port = await ports.next(WANTED);
    }
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(join(dir, String(port)), String(pid));
    using ports = new Ports(dir);
    expect(await ports.next(WANTED)).toBe(port);
  });

  it("leaves out a port that somebody listens on", async () => {
    using ports = new Ports(dir);
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    try {
      expect(await ports.next(port)).not.toBe(port);
    } finally {
      server.close();
    }
  });
});
