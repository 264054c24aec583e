import { defaulted, text, whole } from "./setting-forms.ts";

/** Settings of an observer: a part of `observation-settings.ts`. */
export const OBSERVER_SETTINGS = {
  observerHost: defaulted({
    toml: "observer.host",
    flag: "observer-host",
    value: "HOST",
    describe: "where the observer tells what it saw; whoever reaches anything but loopback may read it",
    schema: text(/./, "must be a host name or address"),
    fallback: "127.0.0.1",
  }),
  observerPort: defaulted({
    toml: "observer.port",
    flag: "observer-port",
    value: "PORT",
    describe: "port of the observer; 0 is any free one",
    schema: whole(0, 65_535),
    fallback: 9480,
  }),
  sampleSeconds: defaulted({
    toml: "observer.sample-seconds",
    flag: "sample-seconds",
    value: "SECONDS",
    describe: "how often each executor is called, on average, to see whether it answers and how soon",
    schema: whole(5, 3_600),
    fallback: 60,
  }),
} as const;
