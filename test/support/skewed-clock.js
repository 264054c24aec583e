// Preloaded into a program under test: its wall clock is SECONDS_FAST seconds fast, and after a SIGUSR2 SECONDS_FAST_LATER.
// Timers and performance.now() are not.
let aheadMs = Number(process.env.SECONDS_FAST) * 1000;
const now = Date.now.bind(Date);
Date.now = () => now() + aheadMs;
process.on("SIGUSR2", () => {
  aheadMs = Number(process.env.SECONDS_FAST_LATER) * 1000;
});
