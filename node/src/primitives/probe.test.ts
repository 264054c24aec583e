import { expect, test } from "vitest";
import { Probe } from "./probe.ts";

test("tells every listener until it stops listening, and knows whether anybody hears it", () => {
  const probe = new Probe<number>("test.probe");
  const heard: number[] = [];
  expect(probe.isHeard).toBe(false);
  probe.tell(1);
  {
    using _first = probe.listen((fact) => void heard.push(fact));
    using _second = probe.listen((fact) => void heard.push(10 * fact));
    expect(probe.isHeard).toBe(true);
    probe.tell(2);
  }
  probe.tell(3);
  expect({ heard, isHeard: probe.isHeard }).toEqual({ heard: [2, 20], isHeard: false });
});
