export { type BindEndpoint, Hub, type HubOptions } from './hub.js';
export { Site, type SiteContent } from './site.js';
