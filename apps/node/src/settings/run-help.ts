import { CONFIG, RUN_SETTINGS } from './run-settings.js';
import { helpOf } from './setting.js';

export const RUN_HELP = `Keeps a node up: it takes part in topics, passes messages on, and can be controlled from elsewhere.

Usage: grapevine run [options]

${helpOf([CONFIG, ...RUN_SETTINGS])}

Each setting can also stand in the file (log_level = "warn"; topic and join are lists) or in the environment
(GRAPEVINE_LOG_LEVEL=warn; lists are separated by commas; a misspelt name is refused). Flags beat the environment, which beats the file.

The log goes to stdout, one JSON object a line; the line "up" has the ticket that brings others here. SIGTERM and Ctrl-C end the node
in good order, which takes 5 s at most; a second signal ends it at once. When its socket is lost, the node says so and ends with exit
code 1, so that its supervisor starts it again. When its event loop stands still for 30 s, it says so and is killed. With --allow, SIGHUP
reads the list again, and peers that are not on it any more are dropped at once.`;
