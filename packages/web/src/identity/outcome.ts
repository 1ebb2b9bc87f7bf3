import { enumOf } from '@grapevine/postcard';

/** The listener's last message in the handshake. If the dialer's proof is wrong, the listener closes the session instead. */
export const accepted = enumOf({ accepted: {} });
