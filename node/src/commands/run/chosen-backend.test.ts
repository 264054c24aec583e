import { describe, expect, it } from "vitest";
import { openBackend } from "../../backend/open-backend.ts";
import { readConfig } from "../../config.ts";
import { createLog } from "../../log.ts";
import { chosenBackend } from "./chosen-backend.ts";

const log = createLog({ level: "silent", name: "backend" });
const open = async (backend: string): Promise<unknown> =>
  await openBackend(chosenBackend(readConfig({ flags: { backend }, environment: {} })), log);

describe("the choice of a backend", () => {
  it.each([
    "https://user:PASS-5@backend.example/v1",
    "https://backend.example/v1?key=PASS-5",
    "htps://user:PASS-5@backend.example/v1",
    "wss://backend.example/PASS-5",
    "user:PASS-5@backend.example/v1",
  ])("tells nobody what an address that cannot be used holds: %s", async (backend) => {
    const refusal: unknown = await open(backend).catch((thrown: unknown) => thrown);
    expect(refusal).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("no") });
    expect(JSON.stringify({ ...(refusal as object), text: String(refusal) })).not.toContain("PASS-5");
  });

  it("tells a server of traces where they are recorded, and nobody else", () => {
    const backend = "http://127.0.0.1:11434/v1";
    const chosen = (flags: Record<string, string>) => chosenBackend(readConfig({ flags, environment: {} }));
    expect(chosen({ backend, otlpEndpoint: "http://127.0.0.1:4318" })).toMatchObject({ tellsTraces: true });
    expect(chosen({ backend })).toMatchObject({ tellsTraces: false });
  });

  it("names a file that is not there", async () => {
    await expect(open("models/none.gguf")).rejects.toThrow(/models\/none\.gguf"/);
  });
});
