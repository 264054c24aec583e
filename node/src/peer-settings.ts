import { z } from "@lloom/protocol/zod";
import { always, defaulted, multiaddrs, optional, path } from "./setting-forms.ts";

/** Settings of how a node meets others; see `settings.ts`. */
export const PEER_SETTINGS = {
  bootstrap: defaulted({
    toml: "network.bootstrap",
    flag: "bootstrap",
    value: "MULTIADDRS",
    describe: "validators to join the network through",
    schema: multiaddrs,
    fallback: [],
    list: true,
  }),
  listen: defaulted({
    toml: "network.listen",
    flag: "listen",
    value: "MULTIADDRS",
    describe: "where to accept peers, by TCP, /ws, /tls/ws, /webrtc-direct or /quic-v1; port 0 is any free one",
    schema: multiaddrs,
    fallback: ["/ip4/127.0.0.1/tcp/0"],
    list: true,
  }),
  announce: defaulted({
    toml: "network.announce",
    flag: "announce",
    value: "MULTIADDRS",
    describe: "where others reach this node, behind a router or in a container (default: the addresses it listens on)",
    schema: multiaddrs,
    fallback: [],
    list: true,
  }),
  mdns: defaulted<"on" | "off">({
    toml: "network.mdns",
    flag: "mdns",
    value: "on|off",
    describe: "on: a node with a private address looks for peers on its site by multicast DNS",
    schema: z.enum(["on", "off"], "must be on or off"),
    fallback: "on",
  }),
  upnp: defaulted<"on" | "off">({
    toml: "network.upnp",
    flag: "upnp",
    value: "on|off",
    describe: "on: where others cannot call this node, the router of its site is asked to forward its ports",
    schema: z.enum(["on", "off"], "must be on or off"),
    fallback: "on",
  }),
  tlsCertificate: optional({
    toml: "network.tls-certificate",
    flag: "tls-certificate",
    value: "FILE",
    describe: "certificate in PEM for listening at /tls/ws",
    schema: path,
    isFile: always,
  }),
  tlsKey: optional({
    toml: "network.tls-key",
    flag: "tls-key",
    value: "FILE",
    describe: "the certificate's private key in PEM",
    schema: path,
    isFile: always,
  }),
} as const;
