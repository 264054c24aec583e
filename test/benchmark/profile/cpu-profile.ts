/** What is used of a V8 CPU profile. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds of the machine's steady clock. */
  readonly startTime: number;
  /** Ids of nodes, and microseconds since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

export interface CallFrame {
  readonly functionName: string;
  /** Empty for native functions. */
  readonly url: string;
  readonly lineNumber: number;
}

/** A part of the time, microseconds of the same clock. */
export interface Window {
  readonly fromUs: number;
  readonly toUs: number;
}

/** A function, with the functions that called it, nearest first, and the time in which it was itself at work. */
export interface SelfTime {
  readonly frame: CallFrame;
  readonly callers: readonly CallFrame[];
  readonly us: number;
}

/** Time of each node of the call tree, in itself, within the windows. */
export function selfTimes(profile: CpuProfile, windows: readonly Window[]): SelfTime[] {
  const spent = new Map<number, number>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    at += profile.timeDeltas[index] ?? 0;
    if (!windows.some(({ fromUs, toUs }) => at >= fromUs && at <= toUs)) continue;
    // A sample stands for the time until the next one.
    spent.set(id, (spent.get(id) ?? 0) + (profile.timeDeltas[index + 1] ?? 0));
  }
  const parents = new Map<number, ProfileNode>();
  for (const node of profile.nodes) for (const child of node.children ?? []) parents.set(child, node);
  return profile.nodes.flatMap((node) => {
    const us = spent.get(node.id);
    if (us === undefined || us <= 0) return [];
    return [{ frame: node.callFrame, callers: callersOf(node, parents), us }];
  });
}

function callersOf(node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): CallFrame[] {
  const callers: CallFrame[] = [];
  for (let parent = parents.get(node.id); parent !== undefined; parent = parents.get(parent.id))
    callers.push(parent.callFrame);
  return callers;
}
