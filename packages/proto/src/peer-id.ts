/** What a peer's identity may be: small integers in the simulator, endpoint ids on the network. */
export type PeerId = string | number;
