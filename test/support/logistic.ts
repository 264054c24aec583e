/** A small classifier: logistic regression on standardised features and their squares, by gradient descent. */

/** Features of something, and whether it is of the class that is looked for. */
export interface Example {
  readonly features: readonly number[];
  readonly isOne: boolean;
}

const [STEPS, RATE, DECAY] = [800, 0.3, 1e-3];

/** Learns from some, and tells the share of the others that it takes for what they are. */
export function accuracyOf(learnt: readonly Example[], asked: readonly Example[]): number {
  const scale = scaleOf(learnt);
  const rows = learnt.map(({ features, isOne }) => ({ row: expand(features, scale), isOne }));
  const weights = new Float64Array(rows[0]?.row.length ?? 0);
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(weights.length);
    for (const { row, isOne } of rows) {
      const error = sigmoid(dot(weights, row)) - Number(isOne);
      for (let index = 0; index < row.length; index++)
        gradient[index] = (gradient[index] ?? 0) + error * (row[index] ?? 0);
    }
    for (const [index, slope] of gradient.entries()) {
      const weight = weights[index] ?? 0;
      weights[index] = weight - RATE * (slope / rows.length + DECAY * weight);
    }
  }
  const right = asked.filter(({ features, isOne }) => dot(weights, expand(features, scale)) > 0 === isOne);
  return right.length / asked.length;
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scaleOf(examples: readonly Example[]): Scale[] {
  return (examples[0]?.features ?? []).map((_, index) => {
    const values = examples.map(({ features }) => features[index] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    return { mean, deviation: Math.sqrt(variance) || 1 };
  });
}

/** With a constant, and squares cut where a single one would outweigh all. */
function expand(features: readonly number[], scale: readonly Scale[]): Float64Array {
  const standard = features.map((value, index) => {
    const { mean, deviation } = scale[index] as Scale;
    return Math.max(-4, Math.min(4, (value - mean) / deviation));
  });
  return Float64Array.from([1, ...standard, ...standard.map((value) => value ** 2 - 1)]);
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

/** By index, as above: some hundred million times, for which iterators are too slow. */
function dot(weights: Float64Array, row: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < row.length; index++) sum += (row[index] ?? 0) * (weights[index] ?? 0);
  return sum;
}
