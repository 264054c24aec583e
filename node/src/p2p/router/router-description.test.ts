import { expect, it } from "vitest";
import { controlsOf, fieldOf } from "./router-description.ts";

const LOCATION = new URL("http://192.168.1.1:5000/desc.xml");
const service = (type: string, control: string): string =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${control}</controlURL></service>`;

it("takes the ways to the internet at the router itself, and nothing else", () => {
  const xml = [
    service("Layer3Forwarding:1", "/l3"),
    service("WANPPPConnection:1", " /ppp?a=1&amp;b=2 "),
    service("WANIPConnection:2", "http://192.168.1.1:5001/ip"),
    service("WANIPConnection:1", "http://192.0.2.1/stranger"),
    service("WANIPConnection:1", "file:///etc/passwd"),
    "<service><serviceType>",
  ].join("");
  expect(controlsOf(xml, LOCATION)).toEqual([
    { url: "http://192.168.1.1:5000/ppp?a=1&b=2", service: "urn:schemas-upnp-org:service:WANPPPConnection:1" },
    { url: "http://192.168.1.1:5001/ip", service: "urn:schemas-upnp-org:service:WANIPConnection:2" },
  ]);
  const based = `<URLBase>http://192.168.1.1:80/</URLBase>${service("WANIPConnection:1", "ctl")}`;
  expect(controlsOf(based, LOCATION)[0]?.url).toBe("http://192.168.1.1/ctl");
  expect(controlsOf("nonsense", LOCATION)).toEqual([]);
  expect(controlsOf(xml.repeat(20), LOCATION)).toHaveLength(4);
});

it("reads the text of an element", () => {
  expect(fieldOf("<a> x &lt;y&gt; </a>", "a")).toBe("x <y>");
  expect(fieldOf("<a></a>", "a")).toBeUndefined();
  expect(fieldOf("<a>x", "a")).toBeUndefined();
});
