import { fork } from 'node:child_process'; import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
const kind = process.argv[2] ?? 'join'; const n = Number(process.argv[3] ?? 24);
if (process.argv[2] === 'server') {
  const { Gossip } = await import('@grapevine/api'); const { Router } = await import('@grapevine/net'); const { MemoryNetwork } = await import('@grapevine/net/memory'); const { serveRpc } = await import('@grapevine/rpc');
  const endpoint = new MemoryNetwork().endpoint(); const gossip = Gossip.spawn(endpoint); new Router(endpoint).accept(gossip.alpn, gossip).spawn();
  const server = await serveRpc(gossip, {});
  process.on('message', () => { for (let i = 0; i < 4; i++) globalThis.gc(); const m = process.memoryUsage(); const s = server.stats?.(); process.send({ ...m, s, rss2: Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024 }); });
  process.send({ address: server.address, certificate: Buffer.from(server.certificate).toString('base64') });
} else {
  const { CertificateEndpoint } = await import('@grapevine/net/quic'); const { parseSocketAddr } = await import('@grapevine/net');
  const kid = fork('rpcmem.mjs', ['server'], { execArgv: ['--expose-gc', ...(process.env.KID ?? '').split(' ').filter(Boolean)] });
  const ask = () => new Promise((r) => { kid.once('message', r); kid.send('?'); });
  const { address, certificate } = await new Promise((r) => kid.once('message', r));
  const join = Buffer.concat([Buffer.of(34, 0), Buffer.alloc(32, 7), Buffer.of(0)]);
  const bodies = { join, unfinished: Buffer.concat([join, Buffer.of(0xa0, 0x99, 0x02), Buffer.alloc(35_999)]), longest: Buffer.concat([Buffer.of(0xff, 0xff, 0xff, 7), Buffer.alloc(64_000)]), short: Buffer.concat([join, Buffer.of(0xa0, 0x99, 0x02), Buffer.alloc(5_999)]) };
  const show = async (label) => { const m = await ask(); console.log(label, ...['heapUsed', 'external', 'arrayBuffers', 'rss'].map((k) => `${k} ${(m[k] / 1e6).toFixed(1)}`), JSON.stringify(m.s ?? {})); };
  await show('before');
  for (let i = 1; i <= n; i++) {
    const ep = await CertificateEndpoint.bind({ address: '127.0.0.1:0' });
    const quic = await ep.connect({ addr: parseSocketAddr(address), certificate: Buffer.from(certificate, 'base64') }, process.env.ALPN ?? 'irpc-gossip/1');
    quic.closed.then((r) => { if (i === 1) console.log('closed', JSON.stringify(r)); });
    try { for (let k = 0; k < 200; k++) { const { send } = await quic.openBi(); if (!send.write(bodies[kind])) await Promise.race([send.drained, quic.closed]); } await Promise.race([quic.closed, sleep(500)]); } catch {}
    quic.close(0); await ep.close();
    if (i % 6 === 0) { await sleep(1500); await show(`after ${i}`); }
  }
  kid.kill(); process.exit(0);
}
