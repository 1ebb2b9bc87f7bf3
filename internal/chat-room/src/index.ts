export { Introductions } from './introductions.js';
export {
  type Author,
  type AuthoredMessage,
  type ChatMessage,
  sealMessage,
  signMessage,
  verifyMessage,
} from './message.js';
export { Names } from './names.js';
