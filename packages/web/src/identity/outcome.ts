import { enumOf } from '@grapevine/postcard';

/** The listener's last word in the handshake. A dialer whose proof is wrong gets the session closed instead. */
export const accepted = enumOf({ accepted: {} });
