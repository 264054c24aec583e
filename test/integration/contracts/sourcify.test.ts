import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handIn, matchOf, type Sources, shownMatch, sourcifyOf } from "../../../ignition/deploying/sourcify.ts";
import { type ExplorerServer, type Match, startExplorer } from "../../support/explorer-server.ts";

const SOURCES: Sources = {
  address: `0x${"a1".repeat(20)}`,
  contract: "project/contracts/escrow/AccountingV2.sol:AccountingV2",
  compilerVersion: "v0.8.37",
  input: { language: "Solidity", sources: {}, settings: {} },
  creationTransaction: undefined,
};

describe("sources for Sourcify", () => {
  let server: ExplorerServer;
  let match: Match = "exact_match";
  beforeAll(async () => {
    server = await startExplorer(async () => match);
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const sourcify = () => sourcifyOf(11_155_111, `${server.url}/sourcify`);
  const submit = async () => matchOf(sourcify(), await handIn(sourcify(), SOURCES));

  it("are handed in as they are, and matched", async () => {
    expect(await shownMatch(sourcify(), SOURCES.address)).toBeUndefined();
    match = "exact_match";
    expect(await submit()).toBe("exact_match");
    match = "match";
    expect(await submit()).toBe("match");
    expect(JSON.parse(server.submissions[0]?.input ?? "")).toEqual(SOURCES.input);
    expect(server.submissions[0]).toMatchObject({ address: SOURCES.address, contract: SOURCES.contract });
  });

  it("are not taken for others, with its reason", async () => {
    match = { problem: "these sources compile to other code" };
    await expect(submit()).rejects.toThrow("Sourcify does not take the sources: these sources compile to other code.");
  });

  it("are not taken by a page, with its status", async () => {
    await using page = createServer((_, response) => void response.writeHead(502).end("<html>Bad gateway</html>"));
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    const { port } = page.address() as AddressInfo;
    await expect(handIn(sourcifyOf(1, `http://127.0.0.1:${port}`), SOURCES)).rejects.toThrow(
      "Sourcify does not take the sources: it answers with HTTP 502.",
    );
  });

  it("wait for a server that answers", async () => {
    const nowhere = sourcifyOf(11_155_111, "http://127.0.0.1:9/sourcify");
    await expect(handIn(nowhere, SOURCES)).rejects.toMatchObject({
      message: expect.stringMatching(/^Sourcify does not take the sources: .+\.$/),
      next: "Run the command again later.",
    });
  });
});
