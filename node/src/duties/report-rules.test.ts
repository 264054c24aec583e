import { expect, it } from "vitest";
import { nextReport, type ReportView } from "./report-rules.ts";

const view = (change: Partial<ReportView> = {}): ReportView => ({
  ...{ committedAt: 0n, provenBy: "nobody", waiting: undefined, nowSeconds: 10n, proveBy: 20n },
  ...change,
});
const waiting = { provenAt: 8n, payableAt: 15n, isOwn: false };

it("commits before it proves, while a proof is taken", () => {
  expect(nextReport(view())).toEqual({ act: "commit" });
  expect(nextReport(view({ committedAt: 5n }))).toEqual({ act: "prove" });
  expect(nextReport(view({ nowSeconds: 20n }))).toEqual({ act: "commit" });
  expect(nextReport(view({ committedAt: 5n, nowSeconds: 21n }))).toEqual({ act: "none", state: "expired" });
});

it("takes the share of whoever copied its proof, and no other", () => {
  const copied = { provenBy: "another" as const, committedAt: 5n, waiting };
  expect(nextReport(view(copied))).toEqual({ act: "prove" });
  expect(nextReport(view({ ...copied, committedAt: 8n }))).toEqual({ act: "none", state: "taken" });
  expect(nextReport(view({ ...copied, committedAt: 0n }))).toEqual({ act: "none", state: "taken" });
  expect(nextReport(view({ ...copied, nowSeconds: 15n }))).toEqual({ act: "none", state: "taken" });
  expect(nextReport(view({ ...copied, waiting: { ...waiting, isOwn: true }, committedAt: 9n }))).toMatchObject({
    state: "proven",
  });
});

it("rests once it has proven", () => {
  expect(nextReport(view({ provenBy: "self", committedAt: 5n, waiting }))).toEqual({ act: "none", state: "proven" });
});
