// @ts-check
// The server of one contender in a process of its own. It sends its address, and answers each question with the CPU and memory it uses.
const { startServer } = await import(process.argv[2] === 'ws' ? './ws/room.mjs' : './grapevine.mjs');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, residentBytes: process.memoryUsage.rss() });
});
process.send?.({ where: await startServer() });
