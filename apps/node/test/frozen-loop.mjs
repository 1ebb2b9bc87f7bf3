// Preloaded into a node (NODE_OPTIONS=--import): SIGUSR2 is the bug that never lets the event loop go round again.
process.on('SIGUSR2', () => {
  for (;;);
});
