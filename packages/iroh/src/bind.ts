import { BindError, formatSocketAddr, type SocketAddr } from '@grapevine/net';
import { iroh, type NativeEndpoint, type NativeRelayMode } from './binding.js';
import { toNumbers } from './bytes.js';
import { nativeText } from './native-error.js';
import type { BindSettings, IrohRelays } from './options.js';

/** Binds an endpoint of iroh. @throws BindError when the address is taken or not ours */
export async function bindNative(settings: BindSettings): Promise<NativeEndpoint> {
  const { address } = settings;
  if (!address) return attempt(settings, []);
  const wanted = formatSocketAddr(address);
  try {
    return await attempt(settings, [wanted, counterpart(address)]);
  } catch (error) {
    // A machine may lack the other family, or its loopback. Then iroh by itself can't open a socket there either.
    return attempt(settings, [wanted]).catch(() => {
      throw error;
    });
  }
}

/**
 * Where to bind the socket of the other family. iroh always opens one, by default on every interface: an endpoint that was
 * bound to one address would be open to the world in the other family.
 */
function counterpart({ host, port }: SocketAddr): string {
  if (host === '::') return `0.0.0.0:${port}`;
  return host.includes(':') ? '127.0.0.1:0' : '[::1]:0';
}

async function attempt(settings: BindSettings, addresses: readonly string[]): Promise<NativeEndpoint> {
  const builder = iroh.Endpoint.builder();
  switch (settings.preset) {
    case 'n0':
      builder.applyN0();
      break;
    case 'minimal':
      builder.applyMinimal();
      break;
  }
  builder.relayMode(relayMode(settings.relays));
  builder.secretKey(toNumbers(settings.secretKey.toBytes()));
  builder.alpns(settings.alpns.map((alpn) => toNumbers(Buffer.from(alpn))));
  try {
    for (const address of addresses) builder.bindAddr(address);
    return await builder.bind();
  } catch (error) {
    const why = nativeText(error).split('\n').at(-1)?.trim() ?? '';
    const code = systemCode(why);
    const cause = Object.assign(new Error(why, { cause: error }), code && { code });
    throw new BindError(addresses[0] ?? 'every interface', cause);
  }
}

/** The code that Node gives to what Rust says of a socket. */
function systemCode(text: string): string | undefined {
  if (/already in use/i.test(text)) return 'EADDRINUSE';
  if (/cannot assign|can't assign|not valid in its context/i.test(text)) return 'EADDRNOTAVAIL';
  if (/too many open files/i.test(text)) return 'EMFILE';
  return /permission denied/i.test(text) ? 'EACCES' : undefined;
}

function relayMode(relays: IrohRelays): NativeRelayMode {
  switch (relays) {
    case 'disabled':
      return iroh.RelayMode.disabled();
    case 'default':
      return iroh.RelayMode.defaultMode();
    default:
      return iroh.RelayMode.customFromUrls([...relays.urls]);
  }
}
