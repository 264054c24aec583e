import { Counter, Gauge, Histogram, Registry } from "prom-client";
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  METRICS,
  type MeasuredRole,
  type MetricKind,
  type MetricName,
} from "./metric-table.ts";

type Labels = Readonly<Record<string, string>>;
/** A gauge's value now; of one with labels, one for each of theirs. */
export type Reading = number | readonly (readonly [Labels, number])[];

/** The metrics of one process, in a registry of their own. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #reads = new Map<string, () => Reading | Promise<Reading>>();

  constructor(role: MeasuredRole) {
    this.#registry.setDefaultLabels({ role });
    for (const [name, kind] of Object.entries<MetricKind>(METRICS))
      if (kind.roles.includes(role)) this.#add(name, kind);
  }

  count(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  observe(name: HistogramName, seconds: number, labels: Labels = {}): void {
    this.#histograms.get(name)?.observe(labels, seconds);
  }

  /** Reads a gauge whenever somebody asks for the metrics; what cannot be read then is left out. */
  read(name: GaugeName, read: () => Reading | Promise<Reading>): void {
    this.#reads.set(name, read);
  }

  /** The same for a counter that is kept elsewhere. */
  readCounter(name: CounterName, read: () => number): void {
    this.#reads.set(name, read);
  }

  /** Whether this role has the metric. */
  has(name: MetricName): boolean {
    return this.#registry.getSingleMetric(name) !== undefined;
  }

  /** All of it, as Prometheus reads it. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    await Promise.all([...this.#reads].map(([name, read]) => this.#update(name, read)));
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }

  #add(name: string, { type, help, labels = [], buckets = [], initial = [] }: MetricKind): void {
    const configuration = { name, help, labelNames: [...labels], registers: [this.#registry] };
    if (type === "histogram") {
      this.#histograms.set(name, new Histogram({ ...configuration, buckets: [...buckets] }));
    } else if (type === "gauge") {
      this.#gauges.set(name, new Gauge(configuration));
    } else {
      const counter = new Counter(configuration);
      this.#counters.set(name, counter);
      for (const sample of initial) counter.inc({ ...sample }, 0);
    }
  }

  async #update(name: string, read: () => Reading | Promise<Reading>): Promise<void> {
    const [gauge, counter] = [this.#gauges.get(name), this.#counters.get(name)];
    gauge?.reset();
    let reading: Reading;
    try {
      reading = await read();
    } catch {
      // What it is read from is being closed.
      return;
    }
    if (typeof reading === "number") {
      counter?.reset();
      counter?.inc(reading);
      gauge?.set(reading);
    } else for (const [labels, value] of reading) gauge?.set(labels, value);
  }
}
