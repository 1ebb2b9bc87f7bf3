#!/usr/bin/env node
// Here before anything is built, so that npm links it.
import '../dist/cli.js';
