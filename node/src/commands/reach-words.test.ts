import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RouterWord } from "../p2p/router/port-forwarding.ts";
import type { Settings } from "../settings.ts";
import { reachFile, reachRemedy, reachSentence, readReach } from "./reach-words.ts";

const CLOSED = { type: "closed", from: "/ip4/203.0.113.7", ends: ["/tcp/4001"], relayed: true } as const;

describe("how a node is reached, in words", () => {
  it("is a sentence, and a remedy where one is needed", () => {
    expect(reachSentence({ type: "open", at: ["/ip4/203.0.113.7/tcp/4001"] })).toMatch(/reach this node at \/ip4/);
    expect(reachSentence(CLOSED)).toMatch(/nobody answered at \/ip4\/203\.0\.113\.7\/tcp\/4001 .* relay$/);
    expect(reachRemedy(CLOSED)).toMatch(/^Forward tcp port 4001 .*relay is slower, and limited\.$/);
    expect(reachRemedy({ ...CLOSED, relayed: false })).not.toMatch(/relay/);
    expect(reachRemedy({ ...CLOSED, ends: [] })).toMatch(/--listen/);
    const remedy = (router: RouterWord): string | undefined => reachRemedy({ ...CLOSED, router });
    expect(remedy({ type: "silent" })).toMatch(
      /^No router answered by UPnP: turn that on .* or forward tcp port 4001 /,
    );
    expect(remedy({ type: "refuses", why: "no (error 606 of UPnP)" })).toMatch(/error 606 of UPnP\)\. So forward tcp/);
    expect(remedy({ type: "shared", address: "100.64.3.2" })).toMatch(/100\.64\.3\.2 .* IPv6 or a tunnel helps/);
    expect(remedy({ type: "forwards" })).toMatch(/^The router forwards tcp port 4001, .* firewall/);
    expect(reachSentence({ type: "open", at: ["/ip4/203.0.113.7/tcp/9"], byRouter: true })).toMatch(/router forwards$/);
    for (const type of ["machine", "untried"] as const) expect(reachRemedy({ type })).toBeUndefined();
  });
});

describe("what a running node has written of it", () => {
  it("is read, and nothing else is", () => {
    const dataDir = mkdtempSync(join(tmpdir(), "lloom-reach-"));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const settings = { dataDir } as Settings;
    expect(readReach(settings)).toBeUndefined();
    const written = { at: "2026-11-30T05:00:00.000Z", found: { ...CLOSED, router: { type: "silent" } } };
    writeFileSync(reachFile(settings), JSON.stringify(written));
    expect(readReach(settings)).toEqual(written);
    for (const wrong of ["nonsense", "{}", '{"at":"now","found":{"type":"open"}}']) {
      writeFileSync(reachFile(settings), wrong);
      expect(readReach(settings)).toBeUndefined();
    }
  });
});
