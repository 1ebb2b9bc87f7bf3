// @ts-check
// The server of one contender in a process of its own: says where it is, and answers each question with what it has used.
const { startServer } = await import(process.argv[2] === 'ws' ? './ws/room.mjs' : './grapevine.mjs');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuUs: user + system, residentBytes: process.memoryUsage.rss() });
});
process.send?.({ where: await startServer() });
