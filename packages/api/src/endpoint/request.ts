import type { Logger, SecretKey } from '@grapevine/net';

/** What an endpoint is made of that the program does not bring itself. */
export interface EndpointRequest {
  readonly secretKey?: SecretKey | undefined;
  readonly address?: string | undefined;
  readonly advertise?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}
