import { OBSERVER_SETTINGS } from "./observer-settings.ts";
import { defaulted, optional, text, url, whole } from "./setting-forms.ts";

/** Settings of how a node shows how it is doing, and of what an observer shows of others: a part of `settings.ts`. */
export const OBSERVATION_SETTINGS = {
  metricsPort: optional({
    toml: "node.metrics-port",
    flag: "metrics-port",
    value: "PORT",
    describe: "port of /metrics, /health and /ready; 0 is any free one (default: off)",
    schema: whole(0, 65_535),
  }),
  metricsHost: defaulted({
    toml: "node.metrics-host",
    flag: "metrics-host",
    value: "HOST",
    describe: "where they are served; whoever reaches anything but loopback may read them",
    schema: text(/./, "must be a host name or address"),
    fallback: "127.0.0.1",
  }),
  otlpEndpoint: optional({
    toml: "node.otlp-endpoint",
    flag: "otlp-endpoint",
    variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
    value: "URL",
    describe: "collector of OpenTelemetry traces, by OTLP over HTTP",
    schema: url,
    isSecret: true,
  }),
  ...OBSERVER_SETTINGS,
} as const;
