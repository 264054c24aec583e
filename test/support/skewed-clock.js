// Preloaded into a program under test: its wall clock is SECONDS_FAST seconds fast. Timers and performance.now() are not.
const aheadMs = Number(process.env.SECONDS_FAST) * 1000;
const now = Date.now.bind(Date);
Date.now = () => now() + aheadMs;
