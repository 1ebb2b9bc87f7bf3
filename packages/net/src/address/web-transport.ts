import { decodeAddrInfo } from './codec.js';

/** What says that a custom transport address is a web listener's: "grapevin" in ASCII. */
export const WEB_TRANSPORT = 0x6772_6170_6576_696en;

/** Whether peer data name an address that a browser can dial. The data may be of a stranger's. */
export function hasWebAddress(data: Uint8Array): boolean {
  try {
    return decodeAddrInfo(data).some((addr) => addr.type === 'custom' && addr.transport === WEB_TRANSPORT);
  } catch {
    return false; // no AddrInfo
  }
}
