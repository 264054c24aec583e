import { describe, expect, it } from "vitest";
import { formerNameProblem, refuseFormerNames, SHARED_VARIABLES } from "./environment.ts";

describe("variables of the environment", () => {
  it.each(Object.entries(SHARED_VARIABLES))("%s is read by programs that there are", (name, { holds, readers }) => {
    expect(name).toMatch(/^(LLOOM|OTEL)_[A-Z_]+$/);
    expect(holds).not.toBe("");
    expect(readers.length).toBeGreaterThan(0);
    expect(["node", "indexer", "explorer", "Hardhat"]).toEqual(expect.arrayContaining([...readers]));
  });

  it("under a former name are refused with the present one, whatever they hold", () => {
    const problem = expect.stringMatching(/LLOOM_RPC is called LLOOM_RPC_URL now/);
    expect(formerNameProblem({ LLOOM_RPC: "" })).toEqual(problem);
    const refused = expect.objectContaining({ code: "CONFIG_INVALID", message: problem });
    expect(() => refuseFormerNames({ LLOOM_RPC: "http://localhost:8545" })).toThrow(refused);
  });

  it("under their present names are taken", () => {
    const environment = { LLOOM_RPC_URL: "http://localhost:8545", LLOOM_RPC: undefined };
    expect(formerNameProblem(environment)).toBeUndefined();
    expect(() => refuseFormerNames(environment)).not.toThrow();
  });
});
