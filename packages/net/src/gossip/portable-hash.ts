/** Browsers use the portable hash, because there the size of a page counts more than microseconds; the import `#hash` chooses. */
export { defaultHash as fastHash } from '@grapevine/proto';
