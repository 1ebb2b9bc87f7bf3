export { type MdnsOptions, MdnsPeerSource } from './mdns-peer-source.js';
