/** The last of the steps, tried upwards, that holds; 0 if the first does not. What comes after a step that does not is not tried. */
export async function mostHeld(steps: readonly number[], holds: (count: number) => Promise<boolean>): Promise<number> {
  let most = 0;
  for (const step of steps) {
    if (!(await holds(step))) return most;
    most = step;
  }
  return most;
}
