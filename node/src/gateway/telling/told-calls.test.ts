import { callText } from "@lloom/protocol/form/tools";
import { describe, expect, it } from "vitest";
import { CallSplitter, toldMessage } from "./told-calls.ts";

const CALL = callText({ name: "f", arguments: "{}" });
const ID = "chatcmpl-00000000-0000-4000-8000-000000000001";

describe("an answer that may call functions", () => {
  it("is content and calls, whose ids are the answer's own and differ", () => {
    const told = toldMessage(`Wait.\n${CALL}\n${CALL}`, ID);
    expect(told).toMatchObject({ content: "Wait.", calls: [{ name: "f" }, { name: "f" }] });
    expect(told.calls.map(({ id }) => id)).toEqual(
      [0, 1].map((index) => `call_00000000000040008000000000000001_${index}`),
    );
    expect(toldMessage(CALL, ID.replace(/1$/, "2")).calls[0]?.id).not.toBe(told.calls[0]?.id);
  });

  it("is text where a call was cut off: nothing that was paid is left out", () => {
    expect(toldMessage(CALL.slice(0, 30), ID)).toEqual({ content: CALL.slice(0, 30), calls: [] });
  });

  it("is passed on as it comes until a call may begin, however it is cut", () => {
    for (const step of [1, 3, 7]) {
      const splitter = new CallSplitter();
      const text = `a < b, <tool is none \n${CALL}`;
      let content = "";
      for (let at = 0; at < text.length; at += step) content += splitter.push(text.slice(at, at + step));
      expect(content).toBe("a < b, <tool is none");
      expect(content + splitter.rest).toBe(text);
    }
  });
});
