import type { Logger, SecretKey } from '@grapevine/net';

/** What an endpoint is made with where the program brings none. */
export interface EndpointRequest {
  readonly secretKey?: SecretKey | undefined;
  readonly address?: string | undefined;
  readonly advertise?: readonly string[] | undefined;
  readonly logger?: Logger | undefined;
}
