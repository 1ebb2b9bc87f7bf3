/** Browsers, where the size of a page counts more than microseconds, use the portable hash; the import `#hash` chooses. */
export { defaultHash as fastHash } from '@grapevine/proto';
