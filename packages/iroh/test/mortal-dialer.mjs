// A peer in a process of its own, so that it can be stopped: `node mortal-dialer.mjs ALPN ID ADDRESS …` connects, says so, and stays.
import iroh from '@number0/iroh';

const [alpn, id, ...addresses] = process.argv.slice(2);
const builder = iroh.Endpoint.builder();
builder.applyMinimal();
builder.relayMode(iroh.RelayMode.disabled());
builder.bindAddr('127.0.0.1:0');
const endpoint = await builder.bind();
const to = new iroh.EndpointAddr(iroh.EndpointId.fromString(id), undefined, addresses);
const connection = await endpoint.connect(to, [...Buffer.from(alpn)]);
process.stdout.write('connected\n');
await connection.closed();
